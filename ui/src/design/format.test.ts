import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { away, ceiling, cut, markdownImage, price, ratio, seconds, spokenPrice } from "./format";

describe("prices", () => {
  it("have 4 decimals", () => expect(price(0.12)).toBe("$0.1200"));

  it("never promise less than the ceiling they stand for", () => {
    expect(ceiling(0.0958)).toBe("$0.0958");
    expect(ceiling(0.095701)).toBe("$0.0958");
    fc.assert(
      fc.property(fc.nat({ max: 100_000_000 }), (micro) => {
        const shown = Number(ceiling(micro / 1e6).slice(1));
        expect(Math.round(shown * 1e6)).toBeGreaterThanOrEqual(micro);
        expect(Math.round(shown * 1e6) - micro).toBeLessThan(100);
      }),
    );
  });

  it.each([
    [0.0937, "9 cents"],
    [0.0132, "1 cent"],
    [0.003, "less than 1 cent"],
    [1.2, "$1.20"],
  ])("%d is said as %s", (amount, words) => expect(spokenPrice(amount)).toBe(words));
});

describe("shapes and times", () => {
  it.each([
    ["1536x1024", 1.5],
    ["1024x1024", 1],
    ["auto", 1],
  ])("ratio of %s is %d", (size, shape) => expect(ratio(size)).toBe(shape));

  it.each([
    [6.4, "6 s"],
    [59.6, "1 min"],
    [75, "1 min 15 s"],
  ])("%d seconds are %s", (value, words) => expect(seconds(value)).toBe(words));
});

describe("how far away a moment is", () => {
  const now = Date.parse("2026-11-22T12:00:00Z");
  it.each([
    ["2026-11-22T11:59:40Z", "just now"],
    ["2026-11-22T12:00:20Z", "in a moment"],
    ["2026-11-22T11:58:50Z", "1 minute ago"],
    ["2026-11-22T09:00:00Z", "3 hours ago"],
    ["2026-11-23T11:59:59Z", "in 24 hours"],
    ["2026-11-24T12:00:00Z", "in 2 days"],
  ])("%s is %s", (iso, words) => expect(away(iso, now)).toBe(words));
});

describe("texts", () => {
  it("are cut with an ellipsis", () => expect(cut("abcdef", 3)).toBe("abc…"));

  it("cannot end the words of a Markdown image", () => {
    expect(markdownImage("a [cat]\n\\ here", "https://x/y")).toBe(
      "![a \\[cat\\] \\\\ here](https://x/y)",
    );
  });
});
