import {
  type InfiniteData,
  type QueryClient,
  useInfiniteQuery,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";
import { deleteNothing, getJson, patchJson, postJson } from "../api/client";
import type { ConversationTitle } from "../api/types";
import { LIST, pathOf, refreshConversations, renameHere } from "./conversations";

const PAGE = 50;

type Pages = InfiniteData<ConversationTitle[], string>;

function address(q: string, before: string): string {
  const asked = new URLSearchParams({
    ...(q && { q }),
    ...(before && { before }),
    limit: String(PAGE),
  });
  return `/api/conversations?${asked}`;
}

/** The conversations used last, newest first; with `q` only those that say it somewhere. */
export const useConversations = (q = "") =>
  useInfiniteQuery({
    queryKey: [...LIST, q],
    queryFn: ({ pageParam, signal }) => getJson<ConversationTitle[]>(address(q, pageParam), signal),
    initialPageParam: "",
    getNextPageParam: (page) => (page.length < PAGE ? undefined : page.at(-1)?.id),
    select: ({ pages }) => pages.flat(),
    placeholderData: (before) => before,
  });

type Change = (lines: ConversationTitle[]) => ConversationTitle[];

const changeLists = (client: QueryClient, change: Change) =>
  client.setQueriesData<Pages>(
    { queryKey: LIST },
    (old) => old && { ...old, pages: old.pages.map(change) },
  );

/** The new title is shown at once, and the old one again when the server will not have it. */
export function useRename() {
  const client = useQueryClient();
  return useMutation<unknown, Error, { id: string; title: string }>({
    mutationFn: ({ id, title }) => patchJson(pathOf(id), { title }),
    onMutate: ({ id, title }) => {
      changeLists(client, (lines) =>
        lines.map((line) => (line.id === id ? { ...line, title } : line)),
      );
    },
    onSuccess: (_, { id, title }) => renameHere(client, id, title),
    onSettled: () => refreshConversations(client),
  });
}

export function useRemove() {
  const client = useQueryClient();
  return useMutation<unknown, Error, string>({
    mutationFn: (id) => deleteNothing(pathOf(id)),
    onMutate: (id) => {
      changeLists(client, (lines) => lines.filter((line) => line.id !== id));
    },
    onSettled: () => refreshConversations(client),
  });
}

export function useRestore() {
  const client = useQueryClient();
  return useMutation<unknown, Error, string>({
    mutationFn: (id) => postJson(`${pathOf(id)}/restore`),
    onSettled: () => refreshConversations(client),
  });
}
