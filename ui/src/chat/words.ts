import type { Item } from "../api/types";
import { price, providerName, spokenPrice } from "../design/format";
import type { OfferedModel } from "../queries/catalog";

/** What to say when an answer has brought prices; null when it brought none. */
export function quotesReady(items: readonly Item[]): string | null {
  const [first, ...more] = items.filter(({ status }) => status === "pending");
  if (!first) return null;
  if (more.length > 0) return `${more.length + 1} quotes ready`;
  return `Quote ready: ${spokenPrice(first.cost)}, ${providerName(first.provider)}`;
}

/** What a square picture by this model costs: "from $0.0059" where its settings differ. */
export const modelPrice = ({ cost, from }: Pick<OfferedModel, "cost" | "from">): string =>
  `${from ? "from " : ""}${price(cost)}`;

export const images = (n: number): string => `${n} ${n === 1 ? "image" : "images"}`;
