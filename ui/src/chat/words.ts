import type { Item } from "../api/types";
import { providerName, spokenPrice } from "../design/format";

/** What to say when an answer has brought prices; null when it brought none. */
export function quotesReady(items: readonly Item[]): string | null {
  const [first, ...more] = items.filter(({ status }) => status === "pending");
  if (!first) return null;
  if (more.length > 0) return `${more.length + 1} quotes ready`;
  return `Quote ready: ${spokenPrice(first.cost)}, ${providerName(first.provider)}`;
}
