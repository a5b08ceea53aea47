import { useMutation, useQueryClient } from "@tanstack/react-query";
import { asProblem, type Problem } from "../api/problems";
import type { Item, NewQuote } from "../api/types";
import { postQuote, setItem } from "./quotes";
import { keepReplacement, replaceItem } from "./replacements";
import { tellTabs } from "./tabs";

/** The same picture in the same tier, also when it was the person's words that chose the tier. */
const asBefore = ({ request, prompt, size, qualityTier }: Item): NewQuote => ({
  ...(request ?? { prompt, size }),
  quality: qualityTier,
});

/** Asks for a price that the server shows where the old one stood, if the old one was in a chat. */
async function quoteInPlace(old: string, quote: NewQuote): Promise<{ fresh: Item; kept: boolean }> {
  try {
    return { fresh: await postQuote({ ...quote, replaces: old }), kept: true };
  } catch (error) {
    if (asProblem(error).status !== 404) throw asProblem(error);
  }
  return { fresh: await postQuote(quote), kept: false };
}

/** A new price in this card's place, for the same picture or for one with these changes. */
export function useRequote(item: Item) {
  const client = useQueryClient();
  return useMutation<Item, Problem, Partial<NewQuote>>({
    mutationFn: async (changes) => {
      const { fresh, kept } = await quoteInPlace(item.id, { ...asBefore(item), ...changes });
      setItem(client, fresh);
      if (!kept) keepReplacement(item.id, fresh.id);
      return fresh;
    },
    onSuccess: (fresh) => {
      replaceItem(item.id, fresh.id);
      tellTabs({ changed: item.id, by: fresh.id });
    },
  });
}
