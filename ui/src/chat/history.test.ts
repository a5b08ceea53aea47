import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { clearHistory, noteSent, promptHistory, step, type Walk } from "./history";

beforeEach(clearHistory);

describe("what was sent", () => {
  it("is kept in this browser, the same words once, the last 50", () => {
    for (let n = 1; n <= 55; n++) noteSent(`prompt ${n}`);
    noteSent("prompt 20");
    expect(promptHistory.get()).toHaveLength(50);
    expect(promptHistory.get().at(-1)).toBe("prompt 20");
    expect(promptHistory.get().filter((one) => one === "prompt 20")).toHaveLength(1);
    expect(JSON.parse(localStorage.getItem("aquatint.prompts") ?? "")).toEqual(promptHistory.get());
    clearHistory();
    expect(localStorage.getItem("aquatint.prompts")).toBeNull();
  });
});

describe("a walk through it", () => {
  it("comes back to the draft, wherever it went", () => {
    const sent = fc.array(fc.string(), { maxLength: 6 });
    const steps = fc.array(fc.constantFrom<1 | -1>(1, -1), { maxLength: 20 });
    fc.assert(
      fc.property(sent, fc.string(), steps, (all, draft, moves) => {
        let walk: Walk = { back: 0, draft: "" };
        let shown = draft;
        const go = (by: 1 | -1) => {
          const next = step(all, walk, by, shown);
          if (next) ({ walk, text: shown } = next);
          expect(shown).toBe(walk.back === 0 ? draft : all.at(-walk.back));
        };
        moves.forEach(go);
        while (walk.back > 0) go(-1);
        expect(shown).toBe(draft);
      }),
    );
  });
});
