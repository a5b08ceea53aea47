import {
  type QueryClient,
  useIsMutating,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { useCallback, useEffect } from "react";
import { getJson, postJson } from "../api/client";
import { asProblem, Problem } from "../api/problems";
import type { Alternative, GeneratedImage, GenerateImage, Item, NewQuote } from "../api/types";
import { linksEnd } from "../image/links";
import { followGeneration } from "./generations";
import { replacementOf, useReplacement } from "./replacements";
import { markUnanswered } from "./unanswered";
import { refreshUsage } from "./usage";

const itemKey = (id: string) => ["items", id] as const;
const confirmKey = (id: string) => ["confirm", id] as const;

export const getItem = (id: string, signal?: AbortSignal): Promise<Item> =>
  getJson(`/api/quotes/${encodeURIComponent(id)}`, signal);

export const postQuote = (quote: NewQuote): Promise<Item> => postJson("/api/quotes", quote);

export const setItem = (client: QueryClient, item: Item) =>
  client.setQueryData(itemKey(item.id), item);

/** Asks the server what is true now; what this page believes stays when it does not answer. */
export async function refreshItem(client: QueryClient, id: string): Promise<void> {
  const queryKey = itemKey(id);
  await client.cancelQueries({ queryKey, exact: true });
  await client
    .fetchQuery({ queryKey, queryFn: ({ signal }) => getItem(id, signal), staleTime: 0 })
    .catch(() => undefined);
}

/** What stands where `seed` was said, as far as this page knows. */
export const presentItem = (client: QueryClient, seed: Item): Item =>
  client.getQueryData<Item>(itemKey(replacementOf(seed.id))) ?? seed;

/** Links are renewed this long before they end, and not more often; milliseconds. */
const EARLY = 60_000;

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

/** The item that stands where `seed` was said, in its present state. */
export function useItem(seed: Item): Item {
  const client = useQueryClient();
  const id = useReplacement(seed.id);
  const query = useQuery({
    queryKey: itemKey(id),
    queryFn: ({ signal }) => getItem(id, signal),
    ...(id === seed.id && { initialData: seed }),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
    refetchInterval: ({ state }) => (state.data ? pollEvery(state.data) : false),
    refetchOnWindowFocus: ({ state }) => (state.data && mayBeStale(state.data) ? "always" : false),
  });
  const item = query.data ?? seed;
  const confirming = useIsMutating({ mutationKey: confirmKey(id), exact: true }) > 0;
  const generationId = item.status === "generating" && !confirming ? item.generationId : null;

  useEffect(() => {
    if (!generationId) return;
    const abort = new AbortController();
    void followGeneration(generationId, abort.signal, () => void refreshItem(client, id));
    return () => abort.abort();
  }, [client, generationId, id]);

  // Until the server has written the purchase down it still calls the quote pending.
  return confirming && item.status === "pending" ? { ...item, status: "generating" } : item;
}

async function bodyOf(item: Item, chosen: Alternative | null): Promise<GenerateImage> {
  const quoteId = item.quoteId ?? (await getItem(item.id)).quoteId;
  if (!quoteId) throw new Problem(409, "no_quote", "This price can no longer be confirmed.");
  const { provider, model, modelKey, size } = { ...item, ...chosen };
  return {
    prompt: item.prompt,
    provider,
    model,
    modelKey,
    size,
    quality: item.qualityTier,
    ...(item.style && { style: item.style }),
    quoteId,
    ...(chosen && { candidate: chosen.modelKey }),
  };
}

const bought = (item: Item, answer: GeneratedImage): Item => ({
  ...item,
  status: "complete",
  generationId: answer.generationId,
  imageUrl: answer.imageUrl,
  images: answer.images,
  provider: answer.provider,
  model: answer.model,
  fallbackUsed: answer.fallbackUsed,
  originalProvider: answer.originalProvider,
  llmApiCall: answer.llmApiCall,
});

/** How long to wait before asking again what became of a confirmation, in milliseconds. */
const ASK_EVERY = 3000;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** The item as the server has it, asked for until the server answers; null when it has none. */
async function truthOf(id: string): Promise<Item | null> {
  for (;;) {
    try {
      return await getItem(id);
    } catch (error) {
      const { status } = asProblem(error);
      if (status >= 400 && status < 500) return null;
    }
    await pause(ASK_EVERY);
  }
}

/**
 * A refusal explains itself. Without an answer the image may have been bought: the server is
 * asked until it tells, and the price is offered again only when it calls the quote pending.
 */
async function explain(client: QueryClient, id: string, problem: Problem): Promise<Problem> {
  if (problem.status !== 0) return problem;
  markUnanswered(id, true);
  try {
    const truth = await truthOf(id);
    if (truth) setItem(client, truth);
    return truth?.status === "pending"
      ? new Problem(0, "not_bought", "The gateway did not answer, and has bought nothing so far.")
      : problem;
  } finally {
    markUnanswered(id, false);
  }
}

/** Buys one image, once: the same quote confirmed again returns the same image. */
export function useConfirm(item: Item) {
  const client = useQueryClient();
  const mutation = useMutation<GeneratedImage, Problem, Alternative | null>({
    mutationKey: confirmKey(item.id),
    mutationFn: async (chosen) => {
      try {
        return await postJson<GeneratedImage>("/generate-image", await bodyOf(item, chosen));
      } catch (error) {
        throw await explain(client, item.id, asProblem(error));
      }
    },
    onSuccess: (answer) => {
      setItem(client, bought(client.getQueryData<Item>(itemKey(item.id)) ?? item, answer));
    },
    onSettled: async () => {
      void refreshUsage(client);
      await refreshItem(client, item.id);
    },
  });
  const { mutate } = mutation;
  const confirm = useCallback(
    (chosen: Alternative | null) => {
      // Two clicks can come before the first has been drawn.
      if (client.isMutating({ mutationKey: confirmKey(item.id), exact: true }) === 0) {
        mutate(chosen);
      }
    },
    [client, item.id, mutate],
  );
  return { confirm, chosen: mutation.variables, problem: mutation.error };
}

/** The same picture in the same tier, also when it was the person's words that chose the tier. */
const asBefore = ({ request, prompt, size, qualityTier }: Item): NewQuote => ({
  ...(request ?? { prompt, size }),
  quality: qualityTier,
});

/** A new price for the same picture. The caller decides where it is shown. */
export function useRequote(item: Item) {
  const client = useQueryClient();
  return useMutation<Item, Problem>({
    mutationFn: async () => {
      try {
        return await postQuote(asBefore(item));
      } catch (error) {
        throw asProblem(error);
      }
    },
    onSuccess: (fresh) => setItem(client, fresh),
  });
}
