import type { EventSourceMessage } from "eventsource-parser";
import type { Item, LlmApiCall } from "../api/types";

interface Payloads {
  status: { status: string; turn?: string; conversationId?: string; messageId?: string };
  delta: { content: string };
  tool_call_start: { id: string; name: string };
  tool_call_result: { id: string; name: string };
  message_complete: {
    role: string;
    content: string;
    llmApiCalls?: LlmApiCall[];
    imageGenerations?: Item[];
  };
  complete: { status: string };
  error: { error: string; code?: string };
}

export type ServerEvent = {
  [Name in keyof Payloads]: { type: Name; seq: number; data: Payloads[Name] };
}[keyof Payloads];

const NAMES: ReadonlySet<string> = new Set<keyof Payloads>([
  "status",
  "delta",
  "tool_call_start",
  "tool_call_result",
  "message_complete",
  "complete",
  "error",
]);

/** The turn of an event id `<turn>:<seq>`. */
export const turnOf = (eventId: string): string => eventId.slice(0, eventId.lastIndexOf(":"));

/** One event of the chat stream, or null for one this studio does not know or cannot read. */
export function parseEvent(message: EventSourceMessage): ServerEvent | null {
  const { event: type, id = "", data } = message;
  if (type === undefined || !NAMES.has(type)) return null;
  try {
    const seq = Number(id.slice(id.lastIndexOf(":") + 1));
    return { type, seq, data: JSON.parse(data) } as ServerEvent;
  } catch {
    return null;
  }
}

export const endsTurn = ({ event }: EventSourceMessage): boolean =>
  event === "complete" || event === "error";
