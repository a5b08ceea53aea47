import { createKept } from "../design/kept";
import { local } from "../design/storage";

const MOST = 50;

const NOTHING: readonly string[] = [];

/** What this person sent, the newest last; forgotten with everything else of theirs. */
export const promptHistory = createKept(local, "aquatint.prompts", NOTHING);

/** Notes what was sent; the same words again only move to the end. */
export function noteSent(words: string): void {
  const others = promptHistory.get().filter((other) => other !== words);
  promptHistory.set([...others, words].slice(-MOST));
}

export const clearHistory = (): void => promptHistory.set(NOTHING);

/** A walk through what was sent: how far back it is (0: at the draft), and the draft left there. */
export interface Walk {
  back: number;
  draft: string;
}

/** One step through `sent`; null where there is nothing further that way. */
export function step(
  sent: readonly string[],
  walk: Walk,
  by: 1 | -1,
  shown: string,
): { walk: Walk; text: string } | null {
  const back = walk.back + by;
  if (back < 0 || back > sent.length) return null;
  const draft = walk.back === 0 ? shown : walk.draft;
  return { walk: { back, draft }, text: back === 0 ? draft : (sent.at(-back) ?? "") };
}
