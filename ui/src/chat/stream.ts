import { postRequest, send } from "../api/client";
import { asProblem, Problem } from "../api/problems";
import { followEvents } from "../api/sse";
import { endsTurn, parseEvent, turnOf } from "./events";
import { newTurn, reduce, type Turn, type TurnEvent } from "./reducer";

export interface Question {
  text: string;
  conversationId: string | null;
}

const resume = (turn: string, lastEventId: string | undefined, signal: AbortSignal) =>
  send(`/chat/${encodeURIComponent(turn)}/events`, {
    headers: lastEventId === undefined ? {} : { "Last-Event-ID": lastEventId },
    signal,
  });

const neverBegan = () =>
  new Problem(404, "never_began", "The connection broke before the answer began.");

/** Posts the question. Whatever goes wrong is final: a question is never posted twice. */
async function ask({ text, conversationId }: Question, signal: AbortSignal): Promise<Response> {
  const messages = [{ role: "user", content: text }];
  try {
    return await send(
      "/chat",
      postRequest({ messages, ...(conversationId && { conversationId }) }, signal),
    );
  } catch (error) {
    const { status, code, message } = asProblem(error);
    throw new Problem(status || 503, code, message);
  }
}

/** Asks first; every later connection resumes the turn. */
function connecting(question: Question, signal: AbortSignal) {
  let asked = false;
  return async (lastEventId: string | undefined) => {
    if (lastEventId !== undefined) return resume(turnOf(lastEventId), lastEventId, signal);
    if (asked) throw neverBegan();
    asked = true;
    return ask(question, signal);
  };
}

interface Watching {
  signal: AbortSignal;
  onTurn: (turn: Turn) => void;
}

async function watch(
  connect: (lastEventId: string | undefined) => Promise<Response>,
  { signal, onTurn }: Watching,
): Promise<Turn> {
  let turn = newTurn;
  const apply = (event: TurnEvent) => {
    turn = reduce(turn, event);
    onTurn(turn);
  };
  try {
    const onLost = () => apply({ type: "lost" });
    for await (const raw of followEvents({ connect, isLast: endsTurn, onLost, signal })) {
      const event = parseEvent(raw);
      if (event) apply(event);
    }
    if (turn.phase === "running") apply({ type: "stopped" });
  } catch (error) {
    const { message, code } = asProblem(error);
    apply({ type: "failed", error: message, code });
  }
  return turn;
}

/** Asks, and reports the turn after every event; resolves with the turn as it ended. */
export const askAndWatch = (question: Question, watching: Watching): Promise<Turn> =>
  watch(connecting(question, watching.signal), watching);

/** Takes up a turn that this or another page began, from its first event. */
export const rejoin = (turn: string, watching: Watching): Promise<Turn> =>
  watch((lastEventId) => resume(turn, lastEventId, watching.signal), watching);
