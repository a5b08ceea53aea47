import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import {
  bodyOf,
  eventStream,
  type Frame,
  frameText,
  json,
  playGateway,
  type Seen,
} from "../testing/gateway";
import { askAndWatch, rejoin } from "./stream";

const frames: Frame[] = [
  { event: "status", data: { status: "processing", turn: "turn_1", conversationId: "c_1" } },
  { event: "delta", data: { content: "Hel" } },
  { event: "delta", data: { content: "lo" } },
  { event: "message_complete", data: { role: "assistant", content: "Hello" } },
  { event: "complete", data: { status: "success" } },
].map((frame, index) => ({ ...frame, id: `turn_1:${index + 1}` }));

const question = { text: "Hi", conversationId: null };
const watching = (abort = new AbortController()) => ({ signal: abort.signal, onTurn: vi.fn() });

afterEach(() => vi.unstubAllGlobals());

describe("askAndWatch", () => {
  it("asks once and ends with the answer", async () => {
    const gateway = playGateway({ "POST /chat": () => eventStream(frames) });
    const turn = await askAndWatch({ text: "Hi", conversationId: "c_1" }, watching());
    expect(turn).toMatchObject({ phase: "done", content: "Hello", conversationId: "c_1" });
    expect(gateway.seen[0]?.body).toEqual({
      messages: [{ role: "user", content: "Hi" }],
      conversationId: "c_1",
    });
  });

  it("sends what was picked, and whom and what it stands for, and nothing that was not", async () => {
    const gateway = playGateway({ "POST /chat": () => eventStream(frames) });
    const picked = { quality: "high" as const, style: "", n: undefined };
    const whole = { ...question, conversationId: "c_1", chatModel: "big", replaceFrom: "m_1" };
    await askAndWatch({ ...whole, preferences: picked }, watching());
    expect(gateway.seen[0]?.body).toEqual({
      messages: [{ role: "user", content: "Hi" }],
      conversationId: "c_1",
      chatModel: "big",
      replaceFrom: "m_1",
      preferences: { quality: "high" },
    });
  });

  it("resumes a broken stream after the last event it saw, and never asks again", async () => {
    const gateway = playGateway({
      "POST /chat": () => eventStream(frames.slice(0, 2), true),
      "GET /chat/turn_1/events": () => eventStream(frames.slice(2)),
    });
    const eyes = watching();
    expect(await askAndWatch(question, eyes)).toMatchObject({ phase: "done", content: "Hello" });
    expect(eyes.onTurn).toHaveBeenCalledWith(expect.objectContaining({ connection: "lost" }));
    expect(gateway.to("POST", "/chat")).toHaveLength(1);
    expect(gateway.seen[1]?.headers.get("Last-Event-ID")).toBe("turn_1:2");
  });

  it("does not ask again when the connection broke before the first event", async () => {
    const gateway = playGateway({ "POST /chat": () => eventStream([], true) });
    expect(await askAndWatch(question, watching())).toMatchObject({
      phase: "failed",
      problem: { code: "never_began" },
    });
    expect(gateway.to("POST", "/chat")).toHaveLength(1);
  });

  it("tells a refusal in the server's words", async () => {
    playGateway({
      "POST /chat": () => json({ title: "Bad Request", detail: "Too long", code: "invalid" }, 400),
    });
    expect(await askAndWatch(question, watching())).toMatchObject({
      phase: "failed",
      problem: { error: "Too long", code: "invalid" },
    });
  });

  it("ends as stopped when it is told to stop", async () => {
    playGateway({
      "POST /chat": ({ signal }) =>
        new Promise((_, reject) =>
          signal?.addEventListener("abort", () => reject(new DOMException("", "AbortError"))),
        ),
    });
    const abort = new AbortController();
    const ended = askAndWatch(question, watching(abort));
    abort.abort();
    expect(await ended).toMatchObject({ phase: "stopped" });
  });
});

describe("rejoin", () => {
  it("takes a turn up from its first event", async () => {
    const gateway = playGateway({ "GET /chat/turn_1/events": () => eventStream(frames) });
    expect(await rejoin("turn_1", watching())).toMatchObject({ phase: "done", content: "Hello" });
    expect(gateway.seen[0]?.headers.has("Last-Event-ID")).toBe(false);
  });
});

/** Time that is waited between two connections does not pass here; silence still does. */
function hurry() {
  const { setTimeout: real } = globalThis;
  const soon = (run: () => void, ms = 0) => real(run, ms > 10_000 ? ms : 0);
  vi.stubGlobal("setTimeout", soon);
}

describe("a stream that breaks, anywhere and often", () => {
  const said = fc.array(fc.string({ unit: "grapheme", minLength: 1 }), { minLength: 1 });
  /** How many whole events each connection brings, and how many bytes of the next one. */
  const breaks = fc.array(
    fc.record({ events: fc.integer({ min: 1, max: 3 }), bytes: fc.nat({ max: 60 }) }),
    { maxLength: 5 },
  );

  it("gives the same turn as one that does not, and is asked for once", async () => {
    hurry();
    const run = async (words: string[], cuts: { events: number; bytes: number }[]) => {
      const data = { role: "assistant", content: words.join("") };
      const all: Frame[] = [
        { event: "status", data: { status: "processing", turn: "turn_1", conversationId: "c_1" } },
        ...words.map((content) => ({ event: "delta", data: { content } })),
        { event: "message_complete", data },
        { event: "complete", data: { status: "success" } },
      ].map((frame, index) => ({ ...frame, id: `turn_1:${index + 1}` }));
      const left = [...cuts];
      const answer = ({ headers }: Seen): Response => {
        const last = headers.get("Last-Event-ID")?.split(":")[1];
        const rest = all.slice(Number(last ?? 0));
        const cut = left.shift();
        if (!cut || cut.events >= rest.length) return eventStream(rest);
        const bytes = (frames: Frame[]) => new TextEncoder().encode(frames.map(frameText).join(""));
        const whole = bytes(rest.slice(0, cut.events)).length;
        // One byte less than the next whole event, at the most.
        const part = Math.min(cut.bytes, bytes(rest.slice(cut.events, cut.events + 1)).length - 1);
        const sent = bytes(rest).slice(0, whole + part);
        return new Response(bodyOf([sent.slice(0, whole + 1), sent.slice(whole + 1)], true));
      };
      const gateway = playGateway({
        "POST /chat": answer,
        "GET /chat/turn_1/events": answer,
      });
      const { seq, ...turn } = await askAndWatch(question, watching());
      expect(turn).toMatchObject({ phase: "done", connection: "open", content: words.join("") });
      expect(seq).toBe(all.length);
      expect(gateway.to("POST", "/chat")).toHaveLength(1);
    };
    await fc.assert(fc.asyncProperty(said, breaks, run), { numRuns: 60 });
  });
});
