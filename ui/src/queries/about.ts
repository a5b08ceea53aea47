import { useQuery } from "@tanstack/react-query";
import { getJson, postJson } from "../api/client";
import { asProblem } from "../api/problems";
import { signedOut, type Token, token } from "../api/session";
import type { About, Example } from "../api/types";
import { codeOfArrival, signInError } from "../identity/arrival";
import { changedHands, startAfresh } from "../identity/person";

async function exchange(code: string): Promise<void> {
  try {
    token.set(await postJson<Token>("/auth/token", { code }));
  } catch (error) {
    const { status } = asProblem(error);
    signInError.set(status >= 400 && status < 500 ? "expired" : "unavailable");
  }
}

let exchanged: Promise<void> | undefined;

/** A studio on another host came back from a sign-in: its code becomes the token of this tab. */
export async function redeemed(): Promise<void> {
  if (codeOfArrival !== null) exchanged ??= exchange(codeOfArrival);
  await exchanged;
}

const ask = (signal: AbortSignal) => getJson<About>("/api/about", signal);

async function load(signal: AbortSignal): Promise<About> {
  await redeemed();
  const about = await ask(signal).catch((error: unknown) => {
    if (![401, 403].includes(asProblem(error).status)) throw error;
    token.set(null); // it is over; without one the question is allowed
    return ask(signal);
  });
  if (about.user) {
    if (changedHands(about.user)) startAfresh();
    signedOut.set(false);
  }
  return about;
}

export const signsIn = ({ auth }: About): boolean => auth !== undefined && auth.mode !== "none";

/** What house this is and who is asking. In another tab somebody may sign in or out meanwhile. */
export const useAbout = () =>
  useQuery({
    queryKey: ["about"],
    queryFn: ({ signal }) => load(signal),
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: ({ state }) => (state.data && signsIn(state.data) ? "always" : false),
  });

export const useExamples = () =>
  useQuery({
    queryKey: ["examples"],
    queryFn: ({ signal }) => getJson<Example[]>("/api/catalog/examples", signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
