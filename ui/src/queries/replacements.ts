import { local, recall, remember } from "../design/storage";
import { createStore, useStore } from "../design/store";

const KEPT = "aquatint.replacements";

type Replacements = Readonly<Record<string, string>>;

/** A new quote stands where the old one was said; kept, so that a reload shows it there too. */
const replacements = createStore<Replacements>(recall<Replacements>(local, KEPT) ?? {});

export function replaceItem(old: string, fresh: string): void {
  const next = { ...replacements.get(), [old]: fresh };
  replacements.set(next);
  remember(local, KEPT, next);
}

function follow(all: Replacements, id: string): string {
  const next = all[id];
  return next === undefined ? id : follow(all, next);
}

/** The id that stands in place of `id` now. */
export const replacementOf = (id: string): string => follow(replacements.get(), id);

export const useReplacement = (id: string): string => follow(useStore(replacements), id);
