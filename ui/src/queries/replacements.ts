import { local, recall, remember } from "../design/storage";
import { createStore, useStore } from "../design/store";

const KEPT = "aquatint.replacements";

type Replacements = Readonly<Record<string, string>>;

const kept = (): Replacements => recall<Replacements>(local, KEPT) ?? {};

/** A new quote stands where the old one was said. */
const replacements = createStore<Replacements>(kept());

export function replaceItem(old: string, fresh: string): void {
  replacements.set({ ...replacements.get(), [old]: fresh });
}

/** For a quote of no conversation, whose place only this browser knows after a reload. */
export const keepReplacement = (old: string, fresh: string): void =>
  remember(local, KEPT, { ...kept(), [old]: fresh });

function follow(all: Replacements, id: string): string {
  const next = all[id];
  return next === undefined ? id : follow(all, next);
}

/** The id that stands in place of `id` now. */
export const useReplacement = (id: string): string => follow(useStore(replacements), id);
