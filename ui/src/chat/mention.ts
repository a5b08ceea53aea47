import type { OfferedModel } from "../queries/catalog";

/** An `@model` that is being typed: where its `@` is, and what stands behind that. */
export interface Mention {
  start: number;
  query: string;
}

const TYPED = /(?:^|\s)@([\w./-]*)$/;

/** The mention that ends at the caret; an `@` inside a word is an address, not one. */
export function mentionAt(text: string, caret: number): Mention | null {
  const match = TYPED.exec(text.slice(0, caret));
  const query = match?.[1];
  return query === undefined ? null : { start: caret - query.length - 1, query };
}

/** The text without the mention, and where the caret then is. */
export function withoutMention(
  text: string,
  { start, query }: Mention,
): { text: string; caret: number } {
  const rest = text.slice(start + query.length + 1).replace(/^ /, "");
  return { text: text.slice(0, start) + rest, caret: start };
}

/** The models whose name or provider holds what was typed; a name that begins with it is first. */
export function matching(models: readonly OfferedModel[], query: string): OfferedModel[] {
  const typed = query.toLowerCase();
  const begins = ({ model }: OfferedModel) => Number(model.toLowerCase().startsWith(typed));
  return models
    .filter(({ model, provider }) => `${provider}/${model}`.toLowerCase().includes(typed))
    .sort((a, b) => begins(b) - begins(a));
}
