import { createKept } from "../design/kept";
import { session } from "../design/storage";

/** What is being written; kept, so that signing in again or a reload loses no word. */
export const draft = createKept(session, "aquatint.draft", "");

/** Words that were sent and never heard: they are put back before whatever was begun since. */
export const giveBack = (words: string | null): void =>
  draft.set([words, draft.get()].filter(Boolean).join("\n\n"));
