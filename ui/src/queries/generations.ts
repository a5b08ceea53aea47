import type { EventSourceMessage } from "eventsource-parser";
import { postJson, send } from "../api/client";
import { followEvents } from "../api/sse";

const path = (id: string, what: string) => `/api/generations/${encodeURIComponent(id)}/${what}`;

export const cancelGeneration = (id: string) => postJson<unknown>(path(id, "cancel"));

/** Hides an unknown outcome; what it may have cost stays counted. */
export const dismissGeneration = (id: string) => postJson<unknown>(path(id, "dismiss"));

const TERMINAL = ["completed", "failed", "refused", "unknown", "cancelled"];

/** A browser opens six connections to one host; these must leave some for everything else. */
const MOST_FOLLOWED = 2;
let followed = 0;

/**
 * Calls `onEvent` whenever the generation moves, until it ends. Items are polled as well, so
 * a stream that cannot be had, or is one too many, costs only a little time.
 */
export async function followGeneration(
  id: string,
  signal: AbortSignal,
  onEvent: (event: EventSourceMessage) => void,
): Promise<void> {
  if (followed >= MOST_FOLLOWED) return;
  followed++;
  const connect = (lastEventId: string | undefined) =>
    send(path(id, "events"), {
      headers: lastEventId === undefined ? {} : { "Last-Event-ID": lastEventId },
      signal,
    });
  const isLast = ({ event }: { event?: string }) => TERMINAL.includes(event ?? "");
  try {
    for await (const event of followEvents({ connect, isLast, signal })) onEvent(event);
  } catch {
    // Polling goes on.
  } finally {
    followed--;
  }
}
