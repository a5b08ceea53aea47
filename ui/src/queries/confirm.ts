import { type QueryClient, useMutation, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { postJson } from "../api/client";
import { asProblem, Problem } from "../api/problems";
import type { Alternative, GeneratedImage, GenerateImage, Item } from "../api/types";
import { confirmKey, getItem, itemKey, refreshItem, setItem } from "./quotes";
import { tellTabs } from "./tabs";
import { markUnanswered } from "./unanswered";
import { refreshUsage } from "./usage";
import { refreshWaiting } from "./waiting";

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
    onMutate: () => tellTabs({ changed: item.id }),
    onSettled: async () => {
      void refreshUsage(client);
      await refreshItem(client, item.id);
      void refreshWaiting(client);
      tellTabs({ changed: item.id });
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
