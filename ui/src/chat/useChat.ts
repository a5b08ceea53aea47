import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { announce, toast } from "../a11y/announce";
import { asProblem, Problem } from "../api/problems";
import { signedOut } from "../api/session";
import type { About } from "../api/types";
import { recall, remember, session } from "../design/storage";
import {
  changeMessages,
  forgetUnnamed,
  nameConversation,
  refreshConversations,
  reloadConversation,
  type ShownMessage,
  serversId,
  useConversation,
} from "../queries/conversations";
import { giveBack } from "./draft";
import { openConversation, useConversationId } from "./location";
import { chatModel, picks, resetPicks } from "./picks";
import { failedTurn, newTurn, type Turn } from "./reducer";
import { canRejoin, type Live, messagesOf, newKey, type Room } from "./room";
import { askAndWatch, type Question, rejoin, stopTurn } from "./stream";
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
  turn: string | null;
  /** Somebody pressed Stop. */
  unwanted: boolean;
}

type Watch = (watching: { signal: AbortSignal; onTurn: (turn: Turn) => void }) => Promise<Turn>;

const neverBegan = ({ turn, phase }: Turn): boolean => phase === "failed" && turn === undefined;

function keepTurn({ turn, conversationId, phase }: Turn, question: string | null): void {
  if (!turn || !conversationId || phase !== "running") return;
  remember(session, RUNNING, { turn, conversationId, question } satisfies RunningTurn);
}

/** Where the server cannot be asked, this page stops listening. */
const end = (turn: string, { abort }: Run) => stopTurn(turn).catch(() => abort.abort());

/** Ends the answer as soon as it has a name; pressed again, this page just stops listening. */
function stopRun(run: Run | null): void {
  if (!run) return;
  if (run.unwanted) run.abort.abort();
  else if (run.turn) void end(run.turn, run);
  run.unwanted = true;
}

/** The server has named the turn. */
function named(run: Run, turn: string): void {
  if (run.turn === null && run.unwanted) void end(turn, run);
  run.turn = turn;
}

/** The turn as it ended becomes part of the conversation. */
function finish(client: QueryClient, id: string | null, { key, question, turn }: Live): void {
  const said = messagesOf({ key, question, turn });
  changeMessages(client, id, (messages) => [...messages, ...said]);
  void refreshConversations(client);
  const news = quotesReady(turn.items);
  if (news) announce(news);
  // A turn that could not be rejoined is over: the server has what there is of it.
  if (question === null && turn.phase === "failed") reloadConversation(client, id);
}

type Models = readonly string[] | undefined;

/** What is asked, with what is picked beside the words at this moment. */
function questionOf(text: string, conversationId: string | null, models: Models): Question {
  const chosen = chatModel.get();
  return {
    text,
    conversationId,
    preferences: picks.get(),
    chatModel: chosen !== null && models?.includes(chosen) ? chosen : null,
  };
}

/** The conversation in the address, answered by the model. */
export function useChat({ chatModels }: About): Room {
  const id = useConversationId();
  const client = useQueryClient();
  const conversation = useConversation(id);
  const [live, setLive] = useState<Live | null>(null);
  const running = useRef<Run | null>(null);

  const watchTurn = useCallback(
    async (
      question: string | null,
      conversationId: string | null,
      watch: Watch,
      onRefused?: (why: string) => void,
    ) => {
      const abort = new AbortController();
      const run: Run = { abort, conversationId, turn: null, unwanted: false };
      running.current?.abort.abort();
      running.current = run;
      const key = newKey();
      const onTurn = (turn: Turn) => {
        if (running.current !== run) return;
        keepTurn(turn, question);
        if (turn.turn) named(run, turn.turn);
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
      setLive(null);
      if (onRefused && neverBegan(turn)) return onRefused(turn.problem?.error ?? "Not sent");
      finish(client, run.conversationId, { key, question, turn });
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
    void watchTurn(text, id, (watching) => askAndWatch(questionOf(text, id, chatModels), watching));

  const resend = (message: ShownMessage, text: string) => {
    const before = messages ?? [];
    const at = before.findIndex((other) => other.id === message.id);
    if (at === -1) return;
    const question = questionOf(text, id, chatModels);
    const putBack = (why: string) => {
      changeMessages(client, id, () => [...before]);
      if (text !== message.content) giveBack(text);
      toast(why);
    };
    changeMessages(client, id, (all) => all.slice(0, at));
    void watchTurn(
      text,
      id,
      async (watching) => {
        try {
          const replaceFrom = id && (await serversId(id, message, before));
          return await askAndWatch({ ...question, replaceFrom }, watching);
        } catch (error) {
          return failedTurn(asProblem(error));
        }
      },
      putBack,
    );
  };

  const retry = (message: ShownMessage) => {
    const at = messages?.findIndex((other) => other.id === message.id) ?? -1;
    const question = messages?.[at - 1];
    const turn = canRejoin(message) ? message.turn : undefined;
    if (turn) {
      changeMessages(client, id, (all) => all.filter((other) => other.id !== message.id));
      return void watchTurn(null, id, (watching) => rejoin(turn, watching));
    }
    // In the middle of a conversation it is asked at its end: what was said since stays.
    if (question)
      at === (messages?.length ?? 0) - 1
        ? resend(question, question.content)
        : send(question.content);
  };

  const startOver = () => {
    leave();
    forgetUnnamed(client);
    resetPicks();
    openConversation(null);
  };

  return {
    title: conversation.data?.title ?? null,
    messages: messages ?? [],
    live,
    loading: conversation.isLoading,
    problem: conversation.error,
    send,
    stop: () => stopRun(running.current),
    retry,
    resend,
    startOver,
  };
}
