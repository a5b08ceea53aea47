import { createStore, useStore } from "../design/store";

/** Quotes that were confirmed without an answer: nobody here knows yet what became of them. */
const unanswered = createStore<ReadonlySet<string>>(new Set());

export function markUnanswered(id: string, is: boolean): void {
  const next = new Set(unanswered.get());
  if (is) next.add(id);
  else next.delete(id);
  unanswered.set(next);
}

export const useUnanswered = (id: string): boolean => useStore(unanswered).has(id);
