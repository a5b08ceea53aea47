import { useEffect, useState } from "react";
import type { Alternative, Item } from "../api/types";
import { type Picks, picksOf } from "../controls/picks";
import { useRequote } from "../queries/requote";

/** How long the controls must rest before another price is asked for, in milliseconds. */
const REST = 500;

/** Nothing stays of what the old request set: an absent setting is one that was taken back. */
const CLEAN = {
  n: undefined,
  style: undefined,
  negativePrompt: undefined,
  seed: undefined,
  steps: undefined,
  guidance: undefined,
  background: undefined,
  outputFormat: undefined,
  partialImages: undefined,
};

/**
 * Settings that differ from those the price is for. While they do, nothing can be bought: a new
 * price is asked for as soon as the controls rest, one at a time, and then stands on the card.
 */
export function useAdjust(item: Item, chosen: Alternative | null) {
  const [picks, setPicks] = useState<Picks | null>(null);
  const [refused, setRefused] = useState<Picks | null>(null);
  const { mutate, isPending, error } = useRequote(item);
  const { provider, modelKey } = { ...item, ...chosen };

  useEffect(() => {
    if (picks === null || picks === refused || isPending) return;
    const ask = () =>
      mutate(
        { ...CLEAN, ...picks, provider, model: modelKey },
        {
          onSuccess: () => setPicks((now) => (now === picks ? null : now)),
          onError: () => setRefused(picks),
        },
      );
    const timer = setTimeout(ask, REST);
    return () => clearTimeout(timer);
  }, [picks, refused, isPending, mutate, provider, modelKey]);

  return {
    /** What the controls show. */
    picks: picks ?? picksOf(item.request),
    adjust: setPicks,
    /** The price on the card is not the price of what the controls show. */
    pricing: picks !== null,
    /** Why these settings have no price. */
    refusal: picks !== null && picks === refused ? error : null,
    /** Back to the settings that have one. */
    takeBack: () => setPicks(null),
  };
}

export type Adjusting = ReturnType<typeof useAdjust>;
