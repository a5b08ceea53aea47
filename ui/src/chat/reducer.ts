import type { Problem } from "../api/problems";
import type { Item, LlmApiCall } from "../api/types";
import type { ServerEvent } from "./events";

export type LocalEvent =
  | { type: "lost" }
  | { type: "stopped" }
  | { type: "failed"; error: string; code: string };

export type TurnEvent = ServerEvent | LocalEvent;

/** One answer of the assistant while it is being made. */
export interface Turn {
  phase: "running" | "done" | "stopped" | "failed";
  connection: "open" | "lost";
  /** The highest sequence number taken in; what comes again after a resume is dropped. */
  seq: number;
  turn?: string;
  conversationId?: string;
  /** The server's id of the question. */
  messageId?: string;
  content: string;
  /** The server was asked to end it. */
  stopping: boolean;
  /** A tool ran since the last text: what follows is a new paragraph. */
  broken: boolean;
  runningTools: readonly string[];
  calls: readonly LlmApiCall[];
  items: readonly Item[];
  problem?: { error: string; code: string };
}

export const newTurn: Turn = {
  phase: "running",
  connection: "open",
  seq: -1,
  content: "",
  stopping: false,
  broken: false,
  runningTools: [],
  calls: [],
  items: [],
};

/** A turn that never began. */
export const failedTurn = ({ message, code }: Problem): Turn => ({
  ...newTurn,
  phase: "failed",
  problem: { error: message, code },
});

const withText = (turn: Turn, text: string): Turn => ({
  ...turn,
  content: turn.content + (turn.broken && turn.content !== "" ? "\n\n" : "") + text,
  broken: false,
});

function take(turn: Turn, event: ServerEvent): Turn {
  switch (event.type) {
    case "status":
      return {
        ...turn,
        turn: event.data.turn ?? turn.turn,
        conversationId: event.data.conversationId ?? turn.conversationId,
        messageId: event.data.messageId ?? turn.messageId,
        stopping: event.data.status === "stopping",
      };
    case "delta":
      return event.data.content === "" ? turn : withText(turn, event.data.content);
    case "tool_call_start":
      return { ...turn, runningTools: [...turn.runningTools, event.data.id], broken: true };
    case "tool_call_result": {
      const runningTools = turn.runningTools.filter((id) => id !== event.data.id);
      return { ...turn, runningTools };
    }
    case "message_complete":
      return {
        ...turn,
        content: event.data.content || turn.content,
        calls: event.data.llmApiCalls ?? turn.calls,
        items: event.data.imageGenerations ?? turn.items,
        runningTools: [],
      };
    case "complete":
      // There is no more of a turn that the server has stopped: nothing to take up again.
      return event.data.status === "stopped"
        ? { ...turn, phase: "stopped", runningTools: [], turn: undefined }
        : { ...turn, phase: "done", runningTools: [] };
    case "error": {
      const { error, code = "error" } = event.data;
      return { ...turn, phase: "failed", problem: { error, code }, runningTools: [] };
    }
  }
}

/**
 * The turn after one more event. Pure; an event that was already taken in changes nothing, and
 * nothing changes a turn that has ended.
 */
export function reduce(turn: Turn, event: TurnEvent): Turn {
  if (turn.phase !== "running") return turn;
  switch (event.type) {
    case "lost":
      return { ...turn, connection: "lost" };
    case "stopped":
      return { ...turn, phase: "stopped", runningTools: [] };
    case "failed": {
      const { error, code } = event;
      return { ...turn, phase: "failed", problem: { error, code }, runningTools: [] };
    }
    default:
      if (event.seq <= turn.seq) return turn;
      return { ...take(turn, event), seq: event.seq, connection: "open" };
  }
}

/** What the assistant is doing, when no text says it. */
export function statusLine(turn: Turn): string | null {
  if (turn.phase !== "running") return null;
  if (turn.connection === "lost") return "Connection lost, trying again…";
  if (turn.stopping) return "Stopping…";
  if (turn.runningTools.length > 0) return "Asking for a price…";
  return turn.content === "" || turn.broken ? "Thinking…" : null;
}
