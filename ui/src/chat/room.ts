import type { ShownMessage } from "../queries/conversations";
import type { Turn } from "./reducer";

/** A question whose answer is being made; a rejoined turn's question is already in the room. */
export interface Live {
  key: string;
  question: string | null;
  turn: Turn;
}

/** Where messages are shown and written, whether a model answers them or the price list does. */
export interface Room {
  title: string | null;
  messages: readonly ShownMessage[];
  live: Live | null;
  loading: boolean;
  problem: Error | null;
  send: (text: string) => void;
  /** Absent where nothing can be stopped. */
  stop?: () => void;
  /** Takes up a stopped or failed answer again. */
  retry: (message: ShownMessage) => void;
  /** Says something else in place of a message, and drops what came after; absent without chats. */
  resend?: (message: ShownMessage, text: string) => void;
  /** Leaves this room for an empty one. */
  startOver: () => void;
}

let keys = 0;
export const newKey = (): string => `here-${++keys}`;

export function messagesOf({ key, question, turn }: Live): ShownMessage[] {
  const answer: ShownMessage = {
    id: `${key}-answer`,
    role: "assistant",
    content: turn.content,
    imageGenerations: [...turn.items],
    llmApiCalls: [...turn.calls],
    turn: turn.turn,
    stopped: turn.phase === "stopped",
    problem: turn.problem,
  };
  const asked: ShownMessage = {
    id: turn.messageId ?? `${key}-question`,
    role: "user",
    content: question ?? "",
  };
  return question === null ? [answer] : [asked, answer];
}

const CUT_OFF = ["connection_lost", "unreachable"];

/** The server may still have, or be making, the rest of this answer. */
export const canRejoin = ({ turn, stopped, problem }: ShownMessage): boolean =>
  turn !== undefined && (stopped === true || CUT_OFF.includes(problem?.code ?? ""));
