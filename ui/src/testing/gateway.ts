import { vi } from "vitest";

export interface Seen {
  method: string;
  path: string;
  query: URLSearchParams;
  body: Record<string, unknown>;
  headers: Headers;
  signal: AbortSignal | null;
}

type Answer = Response | Promise<Response>;
type Route = (seen: Seen) => Answer;

export const json = (body: unknown, status = 200): Response =>
  new Response(JSON.stringify(body), {
    status,
    headers: { "Content-Type": "application/json" },
  });

/** Ends as a browser's request does when nobody wants it any more. */
const aborted = (signal: AbortSignal | null) =>
  new Promise<never>((_, reject) => {
    signal?.addEventListener("abort", () => reject(signal.reason));
  });

/** Plays the gateway: `"POST /api/quotes"` -> answer. Anything else is a test's mistake. */
export function playGateway(routes: Record<string, Route>) {
  const seen: Seen[] = [];
  vi.stubGlobal("fetch", async (address: string, init: RequestInit = {}) => {
    const method = init.method ?? "GET";
    const { pathname: path, searchParams: query } = new URL(address);
    const body = typeof init.body === "string" ? JSON.parse(init.body) : {};
    const request = {
      method,
      path,
      query,
      body,
      headers: new Headers(init.headers),
      signal: init.signal ?? null,
    };
    seen.push(request);
    const route = routes[`${method} ${path}`];
    if (!route) throw new TypeError(`no route ${method} ${path}`);
    return Promise.race([route(request), aborted(request.signal)]);
  });
  return {
    seen,
    to: (method: string, path: string) =>
      seen.filter((one) => one.method === method && one.path === path),
  };
}

export interface Frame {
  id: string;
  event: string;
  data: unknown;
}

export const frameText = ({ id, event, data }: Frame): string =>
  `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;

/** A body of these chunks, which then ends, or breaks when it is `cut`. */
export function bodyOf(chunks: readonly Uint8Array[], cut = false): ReadableStream<Uint8Array> {
  const left = [...chunks];
  return new ReadableStream({
    pull(controller) {
      const chunk = left.shift();
      if (chunk) controller.enqueue(chunk);
      else if (cut) controller.error(new TypeError("network error"));
      else controller.close();
    },
  });
}

export const eventStream = (frames: readonly Frame[], cut = false): Response =>
  new Response(bodyOf([new TextEncoder().encode(frames.map(frameText).join(""))], cut), {
    headers: { "Content-Type": "text/event-stream" },
  });

/** Something that is answered when the test says so. */
export function later<T>() {
  return Promise.withResolvers<T>();
}
