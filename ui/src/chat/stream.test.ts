import { describe, expect, it, vi } from "vitest";
import { eventStream, type Frame, json, playGateway } from "../testing/gateway";
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
