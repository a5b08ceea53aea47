import { recall, remember, session } from "../design/storage";
import { createStore } from "../design/store";
import { waitingLink } from "../waiting/link";

const BACK = "aquatint.back";

interface Arrival {
  /** Buys a token, once: how a sign-in ends for a studio on another host. */
  code: string | null;
  /** Why a sign-in did not succeed. */
  error: string | null;
}

/** What a sign-in left in the address, which then says again where the person was before it. */
function arrive(): Arrival {
  const { hash, search, pathname } = window.location;
  const said = new URLSearchParams(hash.slice(1));
  const query = new URLSearchParams(search);
  const brought = said.get("code");
  const back = recall<string>(session, BACK);
  // A code that this tab did not set out for is a stranger's: it would sign the person in as them.
  const foreign = brought !== null && back === null;
  const error = foreign ? "expired" : (said.get("signInError") ?? query.get("signInError"));
  remember(session, BACK, null);
  // Programs hand out `/?quote=<id>`; as a place of the studio it outlives a sign-in.
  const quote = query.get("quote");
  const place = quote === null ? back : waitingLink(quote);
  if (brought !== null || error !== null || place !== null) {
    window.history.replaceState(null, "", pathname + (place ?? ""));
  }
  return { code: foreign ? null : brought, error };
}

const arrival = arrive();

export const codeOfArrival = arrival.code;
export const signInError = createStore(arrival.error);

/** Called before the page is left for a sign-in. */
export const rememberPlace = (): void => remember(session, BACK, window.location.hash);
