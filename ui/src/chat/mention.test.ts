import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { offeredModels } from "../queries/catalog";
import { ROWS } from "../testing/catalog";
import { matching, mentionAt, withoutMention } from "./mention";

describe("a mention", () => {
  it.each([
    ["@fl", { start: 0, query: "fl" }],
    ["a boat @", { start: 7, query: "" }],
    ["a boat\n@FLUX.2-pro", { start: 7, query: "FLUX.2-pro" }],
    ["me@example.org", null],
    ["@flux and", null],
    ["", null],
  ])("in %j is %j", (text, found) => expect(mentionAt(text, text.length)).toEqual(found));

  it("ends at the caret, whatever stands behind it", () => {
    expect(mentionAt("@flux in fog", 3)).toEqual({ start: 0, query: "fl" });
  });

  it("can be taken out again, and nothing else goes with it", () => {
    const words = fc.stringMatching(/^([a-z]+ )*$/);
    const name = fc.stringMatching(/^[a-z0-9.]*$/);
    fc.assert(
      fc.property(words, name, words, (before, query, after) => {
        const text = `${before}@${query} ${after}`;
        const mention = mentionAt(text, before.length + 1 + query.length);
        expect(mention).toEqual({ start: before.length, query });
        const rest = mention && withoutMention(text, mention);
        expect(rest).toEqual({ text: before + after, caret: before.length });
      }),
    );
  });
});

describe("the models that match", () => {
  const models = offeredModels({ asOf: "", rows: ROWS });
  const names = (query: string) => matching(models, query).map(({ model }) => model);

  it("hold what was typed, in name or provider, in any case", () => {
    expect(names("flux")).toEqual(["flux-2-dev", "FLUX.2-pro"]);
    expect(names("open")).toEqual(["gpt-image-2.5-flare"]);
    expect(names("nothing")).toEqual([]);
  });

  it("begin with those whose name begins with it", () => {
    expect(names("fl")).toEqual(["flux-2-dev", "FLUX.2-pro", "gpt-image-2.5-flare"]);
  });
});
