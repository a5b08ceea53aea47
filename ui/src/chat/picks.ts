import { type Picks, settled } from "../controls/picks";
import { createKept } from "../design/kept";
import { local } from "../design/storage";

const NONE: Picks = {};

/** What a new chat begins with; set on the settings page. */
export const defaultPicks = createKept<Picks>(local, "aquatint.defaults", NONE);

/** What is picked in the composer beside the words; holds until it is changed or a chat begins. */
export const picks = createKept<Picks>(local, "aquatint.picks", defaultPicks.get());

/** Changes some picks; an undefined one goes back to "auto". */
export const pick = (change: Picks): void => picks.set(settled({ ...picks.get(), ...change }));

/** Another default is also the pick of the chat that is open. */
export function pickDefault(change: Picks): void {
  defaultPicks.set(settled({ ...defaultPicks.get(), ...change }));
  pick(change);
}

export const resetPicks = (): void => picks.set(defaultPicks.get());

/** The chat model that answers; null is the house's own. */
export const chatModel = createKept<string | null>(local, "aquatint.chat-model", null);
