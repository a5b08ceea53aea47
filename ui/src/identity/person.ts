import type { User } from "../api/types";
import { local, recall, remember, session } from "../design/storage";

const WHO = "aquatint.who";
/** What belongs to the browser or to the sign-in, not to the person. */
const STAYS = ["aquatint.theme", "aquatint.token", WHO];

function forgetIn(storage: () => Storage): void {
  try {
    const mine = Object.keys(storage()).filter((key) => key.startsWith("aquatint."));
    for (const key of mine) if (!STAYS.includes(key)) storage().removeItem(key);
  } catch {
    // What cannot be read was not kept either.
  }
}

/** Drops what this browser keeps of a person: the draft, the last conversation, direct quotes. */
export function forgetPerson(): void {
  forgetIn(local);
  forgetIn(session);
  window.history.replaceState(null, "", window.location.pathname);
}

/** Notes whose browser this is now; true when it was another person's until now. */
export function changedHands({ id }: User): boolean {
  const before = recall<string>(local, WHO);
  remember(local, WHO, id);
  return before !== null && before !== id;
}

/** An empty page, in memory too. */
export function startAfresh(): void {
  forgetPerson();
  window.location.reload();
}
