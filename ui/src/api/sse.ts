import { createParser, type EventSourceMessage } from "eventsource-parser";
import { Problem } from "./problems";

/** The server sends a heartbeat every 15 s; three missed ones mean that nobody is there. */
const SILENCE_MS = 45_000;

const lost = () => new Problem(0, "connection_lost", "The connection to the gateway was lost.");

async function readWithin(
  reader: ReadableStreamDefaultReader<Uint8Array>,
): Promise<ReadableStreamReadResult<Uint8Array>> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(lost()), SILENCE_MS);
  });
  try {
    return await Promise.race([reader.read(), silence]);
  } finally {
    clearTimeout(timer);
  }
}

/** The events of one response, in order, until its body ends. Throws when the connection breaks. */
export async function* readEvents(
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<EventSourceMessage, void> {
  const ready: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (event) => ready.push(event) });
  const decoder = new TextDecoder();
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await readWithin(reader);
      parser.feed(decoder.decode(value, { stream: !done }));
      yield* ready.splice(0);
      if (done) return;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

interface Following {
  /** Opens the stream, after the event with this id when there is one. */
  connect: (lastEventId: string | undefined) => Promise<Response>;
  /** True for the event after which nothing comes. */
  isLast: (event: EventSourceMessage) => boolean;
  onLost?: () => void;
  signal: AbortSignal;
}

const RETRY_MS = [300, 1000, 2000, 4000, 8000];

const pause = (ms: number, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });

/** An answer, and not the stream: asking again would bring the same. */
const refused = (error: unknown) => error instanceof Problem && error.status !== 0;

/** Waits before the next connection, or throws what makes another one hopeless. */
async function again(trouble: unknown, failures: number, { onLost, signal }: Following) {
  if (signal.aborted) return;
  const wait = RETRY_MS[failures];
  if (refused(trouble) || wait === undefined) throw trouble;
  onLost?.();
  await pause(wait, signal);
}

/** The events of one connection. */
async function* once(
  { connect }: Following,
  lastEventId: string | undefined,
): AsyncGenerator<EventSourceMessage, void> {
  const { body } = await connect(lastEventId);
  if (!body) throw lost();
  yield* readEvents(body);
}

/**
 * The events of a stream that outlives its connections: a broken one is opened again after the
 * last event that came. Throws when the server refuses, or stays away for all of RETRY_MS.
 */
export async function* followEvents(
  following: Following,
): AsyncGenerator<EventSourceMessage, void> {
  const { signal } = following;
  let lastEventId: string | undefined;
  for (let failures = 0; !signal.aborted; failures++) {
    const seen = lastEventId;
    let trouble: unknown = lost();
    try {
      for await (const event of once(following, lastEventId)) {
        lastEventId = event.id ?? lastEventId;
        yield event;
        if (following.isLast(event)) return;
      }
    } catch (error) {
      trouble = error;
    }
    if (lastEventId !== seen) failures = 0;
    await again(trouble, failures, following);
  }
}
