import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readEvents } from "../api/sse";
import { bodyOf, type Frame, frameText } from "../testing/gateway";
import { parseEvent } from "./events";
import { newTurn, reduce, statusLine, type Turn, type TurnEvent } from "./reducer";

const payload = fc.oneof(
  fc.record({
    event: fc.constant("status"),
    data: fc.constant({ status: "processing", turn: "turn_1", conversationId: "c_1" }),
  }),
  fc.record({
    event: fc.constant("delta"),
    data: fc.record({ content: fc.string({ unit: "grapheme" }) }),
  }),
  fc.record({
    event: fc.constantFrom("tool_call_start", "tool_call_result"),
    data: fc.record({ id: fc.constantFrom("a", "b"), name: fc.constant("generate_image") }),
  }),
  fc.record({
    event: fc.constant("message_complete"),
    data: fc.record({ role: fc.constant("assistant"), content: fc.string() }),
  }),
  fc.record({ event: fc.constant("not_known_here"), data: fc.jsonValue() }),
);

const ending = fc.constantFrom(
  { event: "complete", data: { status: "success" } },
  { event: "error", data: { error: "no answer", code: "chat_failed" } },
);

/** A whole turn, as the server numbers it. */
const turns = fc
  .tuple(fc.array(payload, { maxLength: 12 }), ending)
  .map(([middle, end]): Frame[] =>
    [...middle, end].map((frame, index) => ({ ...frame, id: `turn_1:${index + 1}` })),
  );

const parsed = (frames: readonly Frame[]): TurnEvent[] =>
  frames
    .map((frame) => parseEvent({ ...frame, data: JSON.stringify(frame.data) }))
    .filter((event) => event !== null);

const whole = (frames: readonly Frame[]): Turn => parsed(frames).reduce(reduce, newTurn);

function split(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b);
  return [...places, bytes.length].map((end, index) => bytes.slice(places[index - 1] ?? 0, end));
}

describe("reduce", () => {
  it("gives the same turn however the bytes are split, heartbeats included", async () => {
    const heartbeats = fc.array(fc.constantFrom("", ": heartbeat\n\n"), { minLength: 13 });
    const run = async (frames: Frame[], cuts: number[], beats: string[]) => {
      const text = frames.map((frame, index) => (beats[index] ?? "") + frameText(frame)).join("");
      let turn = newTurn;
      for await (const raw of readEvents(bodyOf(split(new TextEncoder().encode(text), cuts)))) {
        const event = parseEvent(raw);
        if (event) turn = reduce(turn, event);
      }
      expect(turn).toEqual(whole(frames));
    };
    await fc.assert(
      fc.asyncProperty(turns, fc.array(fc.nat(), { maxLength: 30 }), heartbeats, run),
    );
  });

  it("gives the same turn when any part of it comes again after a lost connection", () => {
    fc.assert(
      fc.property(turns, fc.nat(), fc.nat(), (frames, cut, back) => {
        const events = parsed(frames);
        const seen = cut % (events.length + 1);
        const from = back % (seen + 1);
        const resumed = [
          ...events.slice(0, seen),
          { type: "lost" as const },
          ...events.slice(from),
        ];
        // A turn that had ended before the connection broke is not resumed.
        fc.pre(seen < events.length);
        expect(resumed.reduce(reduce, newTurn)).toEqual(whole(frames));
      }),
    );
  });

  it("changes nothing after the end", () => {
    fc.assert(
      fc.property(turns, turns, (frames, more) => {
        const ended = whole(frames);
        expect(parsed(more).reduce(reduce, ended)).toBe(ended);
      }),
    );
  });

  it("keeps what was said before a tool ran apart from what comes after", () => {
    const turn = whole([
      { id: "t:1", event: "delta", data: { content: "Let me see." } },
      { id: "t:2", event: "tool_call_start", data: { id: "a", name: "generate_image" } },
      { id: "t:3", event: "tool_call_result", data: { id: "a", name: "generate_image" } },
      { id: "t:4", event: "delta", data: { content: "Here is " } },
      { id: "t:5", event: "delta", data: { content: "a quote." } },
    ]);
    expect(turn.content).toBe("Let me see.\n\nHere is a quote.");
  });

  it("takes the server's text over the streamed one, unless it is empty", () => {
    const streamed = { id: "t:1", event: "delta", data: { content: "Her" } };
    const complete = (content: string) => ({
      id: "t:2",
      event: "message_complete",
      data: { role: "assistant", content },
    });
    expect(whole([streamed, complete("Here.")]).content).toBe("Here.");
    expect(whole([streamed, complete("")]).content).toBe("Her");
  });
});

describe("statusLine", () => {
  it.each<[Partial<Turn>, string | null]>([
    [{}, "Thinking…"],
    [{ runningTools: ["a"] }, "Asking for a price…"],
    [{ connection: "lost", content: "text" }, "Connection lost, trying again…"],
    [{ content: "text" }, null],
    [{ content: "text", broken: true }, "Thinking…"],
    [{ phase: "done" }, null],
  ])("for %o says %s", (changes, line) => {
    expect(statusLine({ ...newTurn, ...changes })).toBe(line);
  });
});
