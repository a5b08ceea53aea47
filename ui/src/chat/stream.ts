import { postRequest, send } from "../api/client";
import { asProblem, Problem } from "../api/problems";
import { followEvents } from "../api/sse";
import { type Picks, settled } from "../controls/picks";
import { endsTurn, parseEvent, turnOf } from "./events";
import { newTurn, reduce, type Turn, type TurnEvent } from "./reducer";

export interface Question {
  text: string;
  conversationId: string | null;
  /** What was picked beside the words. */
  preferences?: Picks;
  /** The chat model that shall answer; the house's own where none is named. */
  chatModel?: string | null;
  /** The message this one stands in place of; what came after it is cut. */
  replaceFrom?: string | null;
}

const resume = (turn: string, lastEventId: string | undefined, signal: AbortSignal) =>
  send(`/chat/${encodeURIComponent(turn)}/events`, {
    headers: lastEventId === undefined ? {} : { "Last-Event-ID": lastEventId },
    signal,
  });

/** Ends a turn on the server; what was said and quoted so far stays. */
export async function stopTurn(turn: string): Promise<void> {
  await send(`/chat/${encodeURIComponent(turn)}/stop`, { method: "POST" });
}

const neverBegan = () =>
  new Problem(404, "never_began", "The connection broke before the answer began.");

/** The body of `POST /chat`: of everything but the words only what says something. */
function bodyOf({ text, preferences, conversationId, chatModel, replaceFrom }: Question) {
  const picked = settled(preferences ?? {});
  return {
    messages: [{ role: "user", content: text }],
    ...(conversationId && { conversationId }),
    ...(replaceFrom && { replaceFrom }),
    ...(chatModel && { chatModel }),
    ...(Object.keys(picked).length > 0 && { preferences: picked }),
  };
}

/** Posts the question. Whatever goes wrong is final: a question is never posted twice. */
async function ask(question: Question, signal: AbortSignal): Promise<Response> {
  try {
    return await send("/chat", postRequest(bodyOf(question), signal));
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
