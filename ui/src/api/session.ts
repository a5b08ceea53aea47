import { createKept } from "../design/kept";
import { session } from "../design/storage";
import { createStore } from "../design/store";

/** What a studio on another host than the gateway shows instead of a cookie; ends with its tab. */
export interface Token {
  token: string;
  expiresAt: string | null;
}

export const token = createKept<Token | null>(session, "aquatint.token", null);

/** True from the gateway's first "you are not signed in" until somebody is again. */
export const signedOut = createStore(false);

export function sessionEnded(): void {
  token.set(null);
  if (!signedOut.get()) signedOut.set(true);
}

export function withToken(headers?: HeadersInit): Headers {
  const all = new Headers(headers);
  const mine = token.get();
  if (mine) all.set("Authorization", `Bearer ${mine.token}`);
  return all;
}
