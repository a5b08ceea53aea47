import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { announce, toast } from "../a11y/announce";
import { Problem } from "../api/problems";
import { signedOut } from "../api/session";
import { recall, remember, session } from "../design/storage";
import {
  changeMessages,
  forgetUnnamed,
  nameConversation,
  refreshConversations,
  reloadConversation,
  type ShownMessage,
  useConversation,
} from "../queries/conversations";
import { giveBack } from "./draft";
import { openConversation, useConversationId } from "./location";
import { newTurn, type Turn } from "./reducer";
import { canRejoin, type Live, messagesOf, newKey, type Room } from "./room";
import { askAndWatch, rejoin } from "./stream";
import { quotesReady } from "./words";

const RUNNING = "aquatint.turn";

/** The turn that is running, kept so that a reload finds its way back to it. */
interface RunningTurn {
  conversationId: string;
  turn: string;
  question: string | null;
}

interface Run {
  abort: AbortController;
  conversationId: string | null;
}

type Watch = (watching: { signal: AbortSignal; onTurn: (turn: Turn) => void }) => Promise<Turn>;

function keepTurn({ turn, conversationId, phase }: Turn, question: string | null): void {
  if (!turn || !conversationId || phase !== "running") return;
  remember(session, RUNNING, { turn, conversationId, question } satisfies RunningTurn);
}

/** The conversation in the address, answered by the model. */
export function useChat(): Room {
  const id = useConversationId();
  const client = useQueryClient();
  const conversation = useConversation(id);
  const [live, setLive] = useState<Live | null>(null);
  const running = useRef<Run | null>(null);

  const watchTurn = useCallback(
    async (question: string | null, conversationId: string | null, watch: Watch) => {
      const run: Run = { abort: new AbortController(), conversationId };
      running.current?.abort.abort();
      running.current = run;
      const key = newKey();
      const onTurn = (turn: Turn) => {
        if (running.current !== run) return;
        keepTurn(turn, question);
        if (run.conversationId === null && turn.conversationId) {
          run.conversationId = turn.conversationId;
          nameConversation(client, turn.conversationId);
          openConversation(turn.conversationId);
        }
        setLive({ key, question, turn });
      };
      onTurn(newTurn);
      const turn = await watch({ signal: run.abort.signal, onTurn });
      if (running.current !== run) return;
      running.current = null;
      // Whoever signs in again finds the question in the composer, or the turn still running.
      if (signedOut.get()) return turn.turn ? undefined : giveBack(question);
      remember(session, RUNNING, null);
      const said = messagesOf({ key, question, turn });
      changeMessages(client, run.conversationId, (messages) => [...messages, ...said]);
      setLive(null);
      void refreshConversations(client);
      const news = quotesReady(turn.items);
      if (news) announce(news);
      // A turn that could not be rejoined is over: the server has what there is of it.
      if (question === null && turn.phase === "failed") {
        reloadConversation(client, run.conversationId);
      }
    },
    [client],
  );

  /** Stops listening; the server goes on. */
  const leave = useCallback(() => {
    running.current?.abort.abort();
    running.current = null;
    setLive(null);
  }, []);

  useEffect(() => {
    if (running.current && running.current.conversationId !== id) leave();
  }, [id, leave]);

  useEffect(() => () => running.current?.abort.abort(), []);

  const gone = conversation.error instanceof Problem && conversation.error.status === 404;
  useEffect(() => {
    if (!gone) return;
    openConversation(null);
    toast("That conversation is not here any more");
  }, [gone]);

  const messages = conversation.data?.messages;
  useEffect(() => {
    const kept = recall<RunningTurn>(session, RUNNING);
    if (!messages || running.current || kept?.conversationId !== id) return;
    const asked = messages.findLastIndex(
      ({ role, content }) => role === "user" && content === kept.question,
    );
    if (asked !== -1 && asked < messages.length - 1) return;
    const question = asked === -1 ? kept.question : null;
    void watchTurn(question, id, (watching) => rejoin(kept.turn, watching));
  }, [id, messages, watchTurn]);

  const send = (text: string) =>
    void watchTurn(text, id, (watching) => askAndWatch({ text, conversationId: id }, watching));

  const retry = (message: ShownMessage) => {
    const turn = canRejoin(message) ? message.turn : undefined;
    const at = messages?.findIndex((other) => other.id === message.id) ?? -1;
    const question = messages?.[at - 1];
    const again = turn ? [message.id] : [message.id, question?.id];
    changeMessages(client, id, (all) => all.filter((other) => !again.includes(other.id)));
    if (turn) void watchTurn(null, id, (watching) => rejoin(turn, watching));
    else if (question) send(question.content);
  };

  const startOver = () => {
    leave();
    forgetUnnamed(client);
    openConversation(null);
  };

  return {
    title: conversation.data?.title ?? null,
    messages: messages ?? [],
    live,
    loading: conversation.isLoading,
    problem: conversation.error,
    send,
    stop: () => running.current?.abort.abort(),
    retry,
    startOver,
  };
}
