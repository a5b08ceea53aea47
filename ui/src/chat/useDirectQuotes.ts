import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { announce } from "../a11y/announce";
import { asProblem } from "../api/problems";
import { signedOut } from "../api/session";
import { settled } from "../controls/picks";
import { local, recall, remember } from "../design/storage";
import type { ShownMessage } from "../queries/conversations";
import { getItem, postQuote } from "../queries/quotes";
import { giveBack } from "./draft";
import { openConversation } from "./location";
import { picks, resetPicks } from "./picks";
import { failedTurn, newTurn, type Turn } from "./reducer";
import { type Live, messagesOf, newKey, type Room } from "./room";
import { quotesReady } from "./words";

const KEPT = "aquatint.quotes";
const ROOM = ["direct"] as const;

interface Kept {
  question: string;
  id: string;
}

const kept = (): Kept[] => recall<Kept[]>(local, KEPT) ?? [];

/** The quotes this browser asked for, as the server has them now. */
async function loadKept(signal: AbortSignal): Promise<ShownMessage[]> {
  const found = await Promise.allSettled(kept().map(({ id }) => getItem(id, signal)));
  return kept().flatMap(({ question }, index) => {
    const item = found[index];
    if (item?.status !== "fulfilled") return [];
    return messagesOf({ key: item.value.id, question, turn: { ...newTurn, items: [item.value] } });
  });
}

async function quoted(question: string): Promise<Turn> {
  try {
    const item = await postQuote({ ...settled(picks.get()), prompt: question });
    remember(local, KEPT, [...kept(), { question, id: item.id }]);
    return { ...newTurn, phase: "done", items: [item] };
  } catch (error) {
    return failedTurn(asProblem(error));
  }
}

/** Without a chat model: what is written is a prompt, and the answer is its price. */
export function useDirectQuotes(): Room {
  const client = useQueryClient();
  const [live, setLive] = useState<Live | null>(null);
  const room = useQuery({
    queryKey: ROOM,
    queryFn: ({ signal }) => loadKept(signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
  });
  const change = (how: (messages: ShownMessage[]) => ShownMessage[]) =>
    client.setQueryData<ShownMessage[]>(ROOM, (old) => how(old ?? []));

  const send = async (question: string) => {
    const key = newKey();
    setLive({ key, question, turn: { ...newTurn, runningTools: ["quote"] } });
    const turn = await quoted(question);
    if (signedOut.get()) {
      giveBack(question);
      return;
    }
    change((messages) => [...messages, ...messagesOf({ key, question, turn })]);
    setLive(null);
    const news = quotesReady(turn.items);
    if (news) announce(news);
  };

  const retry = (message: ShownMessage) => {
    const messages = room.data ?? [];
    const question = messages[messages.findIndex(({ id }) => id === message.id) - 1];
    if (!question) return;
    change((all) => all.filter(({ id }) => id !== message.id && id !== question.id));
    void send(question.content);
  };

  return {
    title: null,
    messages: room.data ?? [],
    live,
    loading: room.isLoading,
    problem: room.error,
    send: (text) => void send(text),
    retry,
    startOver: () => {
      remember(local, KEPT, null);
      change(() => []);
      resetPicks();
      openConversation(null);
    },
  };
}
