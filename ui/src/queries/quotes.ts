import { type QueryClient, useIsMutating, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { getJson, postJson } from "../api/client";
import type { Item, NewQuote } from "../api/types";
import { linksEnd } from "../image/links";
import { followGeneration } from "./generations";
import { showPreview } from "./previews";
import { useReplacement } from "./replacements";

export const itemKey = (id: string) => ["items", id] as const;
/** Names the confirmation of one quote, for whoever asks whether it is under way. */
export const confirmKey = (id: string) => ["confirm", id] as const;

export const getItem = (id: string, signal?: AbortSignal): Promise<Item> =>
  getJson(`/api/quotes/${encodeURIComponent(id)}`, signal);

export const postQuote = (quote: NewQuote): Promise<Item> => postJson("/api/quotes", quote);

export const setItem = (client: QueryClient, item: Item) =>
  client.setQueryData(itemKey(item.id), item);

export const changeItem = (client: QueryClient, id: string, change: (item: Item) => Item) =>
  client.setQueryData<Item>(itemKey(id), (item) => item && change(item));

/** Asks the server what is true now; what this page believes stays when it does not answer. */
export async function refreshItem(client: QueryClient, id: string): Promise<void> {
  const queryKey = itemKey(id);
  await client.cancelQueries({ queryKey, exact: true });
  await client
    .fetchQuery({ queryKey, queryFn: ({ signal }) => getItem(id, signal), staleTime: 0 })
    .catch(() => undefined);
}

/** Links are renewed this long before they end, and not more often; milliseconds. */
const EARLY = 60_000;

/** How soon a confirmation is looked after: from then on it can be followed and cancelled. */
const WRITTEN_DOWN = 700;

/** How often to ask about an item that may change without this page, in milliseconds. */
function pollEvery(item: Item): number | false {
  const { status, dismissed } = item;
  if (status === "generating") return 2500;
  if (status === "unknown" && !dismissed) return 15_000;
  const end = linksEnd(item);
  return end === null ? false : Math.max(EARLY, end - EARLY - Date.now());
}

const open = ({ status }: Item) => ["pending", "generating", "unknown"].includes(status);

const mayBeStale = (item: Item): boolean =>
  open(item) || (linksEnd(item) ?? Number.POSITIVE_INFINITY) <= Date.now();

/** An item of which only the id is known. */
export const useQuote = (id: string) =>
  useQuery({
    queryKey: itemKey(id),
    queryFn: ({ signal }) => getItem(id, signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
    refetchOnMount: "always",
  });

/** The item that stands where `seed` was said, in its present state. */
export function useItem(seed: Item): Item {
  const client = useQueryClient();
  const id = useReplacement(seed.id);
  const confirming = useIsMutating({ mutationKey: confirmKey(id), exact: true }) > 0;
  const query = useQuery({
    queryKey: itemKey(id),
    queryFn: ({ signal }) => getItem(id, signal),
    ...(id === seed.id && { initialData: seed }),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
    refetchInterval: ({ state: { data } }) => {
      if (confirming && data?.status === "pending") return WRITTEN_DOWN;
      return data ? pollEvery(data) : false;
    },
    refetchOnWindowFocus: ({ state }) => (state.data && mayBeStale(state.data) ? "always" : false),
  });
  const item = query.data ?? seed;
  const generationId = item.status === "generating" ? item.generationId : null;

  useEffect(() => {
    if (!generationId) return;
    const abort = new AbortController();
    void followGeneration(generationId, abort.signal, (event) => {
      if (event.event === "partial") showPreview(generationId, event.data, abort.signal);
      else void refreshItem(client, id);
    });
    return () => abort.abort();
  }, [client, generationId, id]);

  // Until the server has written the purchase down it still calls the quote pending.
  const bought = confirming && item.status === "pending";
  return useMemo(() => (bought ? { ...item, status: "generating" } : item), [bought, item]);
}
