import { type QueryClient, skipToken, useQuery } from "@tanstack/react-query";
import { getJson } from "../api/client";
import type { ChatMessage, Conversation } from "../api/types";

/** A message as shown: the server's, or one of this page with how its turn ended. */
export interface ShownMessage extends ChatMessage {
  turn?: string;
  stopped?: boolean;
  problem?: { error: string; code: string };
}

export interface ShownConversation extends Conversation {
  messages: ShownMessage[];
}

/** A conversation without an id is one that the server has not heard of yet. */
const key = (id: string | null) => ["conversations", id] as const;

export const LIST = ["conversation-list"] as const;

export const refreshConversations = (client: QueryClient) =>
  client.invalidateQueries({ queryKey: LIST });

const FOREVER = Number.POSITIVE_INFINITY;

const shown = ({ role, content, imageGenerations = [] }: ChatMessage) =>
  role === "user" || (role === "assistant" && (content !== "" || imageGenerations.length > 0));

export const pathOf = (id: string): string => `/api/conversations/${encodeURIComponent(id)}`;

async function load(id: string, signal?: AbortSignal): Promise<ShownConversation> {
  const conversation = await getJson<Conversation>(pathOf(id), signal);
  return { ...conversation, messages: conversation.messages.filter(shown) };
}

/** Loaded once; after that this page adds what happens in it. */
export const useConversation = (id: string | null) =>
  useQuery<ShownConversation>({
    queryKey: key(id),
    queryFn: id === null ? skipToken : ({ signal }) => load(id, signal),
    staleTime: FOREVER,
    gcTime: FOREVER,
  });

export function changeMessages(
  client: QueryClient,
  id: string | null,
  change: (messages: ShownMessage[]) => ShownMessage[],
): void {
  client.setQueryData<ShownConversation>(key(id), (old) => {
    const conversation = old ?? { id: id ?? "", messages: [] };
    return { ...conversation, messages: change(conversation.messages) };
  });
}

/** The server has named the conversation: what was said so far moves to its name. */
export function nameConversation(client: QueryClient, id: string): void {
  const unnamed = client.getQueryData<ShownConversation>(key(null));
  client.setQueryData<ShownConversation>(key(id), { id, messages: unnamed?.messages ?? [] });
  forgetUnnamed(client);
  void refreshConversations(client);
}

export const forgetUnnamed = (client: QueryClient) =>
  client.removeQueries({ queryKey: key(null), exact: true });

export const reloadConversation = (client: QueryClient, id: string | null) =>
  client.invalidateQueries({ queryKey: key(id) });

export function renameHere(client: QueryClient, id: string, title: string): void {
  client.setQueryData<ShownConversation>(key(id), (old) => old && { ...old, title });
}

const saidAlike = (messages: readonly ShownMessage[], { content }: ShownMessage) =>
  messages.filter((one) => one.role === "user" && one.content === content);

/**
 * The server's id of something a person said; null when the server never heard it. What was said
 * on this page has no id of the server's yet: it is the same one among those with equal words.
 */
export async function serversId(
  id: string,
  message: ShownMessage,
  messages: readonly ShownMessage[],
): Promise<string | null> {
  const place = saidAlike(messages, message).findIndex((one) => one.id === message.id);
  const stored = await load(id);
  if (stored.messages.some((one) => one.id === message.id)) return message.id;
  return saidAlike(stored.messages, message)[place]?.id ?? null;
}
