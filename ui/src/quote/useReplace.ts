import { useEffect, useRef } from "react";
import { toast } from "../a11y/announce";
import type { Item } from "../api/types";
import { useRequote } from "../queries/requote";

const NOTHING_ELSE = {};

/** A new price in this card's place, bought at once only when told to and no dearer than before. */
export function useReplace(item: Item, buy: () => void) {
  const requote = useRequote(item);
  /** The id that is being replaced, and the ceiling under which its follower is bought. */
  const toBuy = useRef<{ old: string; most: number } | null>(null);
  /** Two clicks can come before the first has been drawn: a second price would hide what the first buys. */
  const asked = useRef<string | null>(null);

  useEffect(() => {
    if (toBuy.current === null || toBuy.current.old === item.id) return;
    const { most } = toBuy.current;
    toBuy.current = null;
    if (item.status === "pending" && item.maxCost <= most) buy();
  }, [item, buy]);

  const replace = (atOnce: boolean) => {
    if (asked.current === item.id) return;
    asked.current = item.id;
    toBuy.current = atOnce ? { old: item.id, most: item.maxCost } : null;
    requote.mutate(NOTHING_ELSE, {
      onError: ({ message }) => {
        toBuy.current = null;
        asked.current = null;
        toast(message);
      },
    });
  };
  return { replace, busy: requote.isPending };
}
