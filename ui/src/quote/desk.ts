import { createContext, useContext, useEffect, useRef } from "react";
import type { Item } from "../api/types";
import { createStore, type Store, useStore } from "../design/store";

/** What the button of a pending card promises, and the click on it. */
export interface Offer {
  cost: number;
  maxCost: number;
  /** False while another price is being asked for. */
  ready: boolean;
  buy: () => void;
}

export interface Place {
  item: Item;
  offer: Offer | null;
}

/** The cards of one message as they stand now, by the id that each was first said with. */
export type Desk = Store<ReadonlyMap<string, Place>>;

export const newDesk = (): Desk => createStore<ReadonlyMap<string, Place>>(new Map());

const NO_DESK = newDesk();

export const DeskContext = createContext<Desk>(NO_DESK);

function put(desk: Desk, seed: string, change: Place): void {
  if (desk !== NO_DESK) desk.set(new Map(desk.get()).set(seed, change));
}

/** Puts a card on the desk of its message, for what concerns several cards at once. */
export function useOnDesk(seed: string, item: Item, offer: Offer | null): void {
  const desk = useContext(DeskContext);
  const buy = useRef(offer?.buy);
  buy.current = offer?.buy;
  const { cost, maxCost, ready } = offer ?? {};

  useEffect(() => {
    const promised =
      cost === undefined || maxCost === undefined
        ? null
        : { cost, maxCost, ready: ready === true, buy: () => buy.current?.() };
    put(desk, seed, { item, offer: promised });
  }, [desk, seed, item, cost, maxCost, ready]);
}

/** What lies on the desk, in the order of `seeds`. */
export function usePlaces(desk: Desk, seeds: readonly string[]): Place[] {
  const all = useStore(desk);
  return seeds.flatMap((seed) => all.get(seed) ?? []);
}

/** A card without a price to press. */
export function OnDesk({ seed, item }: { seed: string; item: Item }): null {
  useOnDesk(seed, item, null);
  return null;
}
