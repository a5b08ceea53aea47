import { useEffect, useRef } from "react";
import { announce } from "../a11y/announce";
import type { Item, ItemStatus } from "../api/types";
import { providerName, spokenPrice } from "../design/format";

function ready({ llmApiCall }: Item): string {
  const ms = llmApiCall?.durationMs;
  if (ms == null) return "Image ready";
  const seconds = Math.max(1, Math.round(ms / 1000));
  return `Image ready in ${seconds} ${seconds === 1 ? "second" : "seconds"}`;
}

const newPrice = ({ cost, provider }: Item): string =>
  `New price: ${spokenPrice(cost)}, ${providerName(provider)}`;

const NEWS: Record<ItemStatus, (item: Item) => string> = {
  pending: ({ cost, provider }) => `Quote ready: ${spokenPrice(cost)}, ${providerName(provider)}`,
  generating: () => "Making the image",
  complete: ready,
  error: () => "The image could not be made",
  refused: () => "Refused by the provider",
  unknown: () => "No answer from the provider",
  expired: () => "A price has expired",
  cancelled: () => "The image was cancelled",
};

/** Says what became of the item when it changes; what was so from the start is not news. */
export function useAnnounceOutcome(item: Item): void {
  const known = useRef(item);
  useEffect(() => {
    const before = known.current;
    known.current = item;
    if (before.status !== item.status) announce(NEWS[item.status](item));
    else if (before.id !== item.id && item.status === "pending") announce(newPrice(item));
  }, [item]);
}
