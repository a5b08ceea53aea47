import { describe, expect, it } from "vitest";
import { anItem } from "../testing/items";
import { asCurl, asPython, orderOf } from "./snippets";

const item = anItem({
  prompt: 'it\'s "null" and true',
  request: { prompt: 'it\'s "null" and true', n: 2, seed: 7, operation: "generate", images: [] },
});

describe("an order as a program", () => {
  it("names everything that was asked for, by the model that made it", () => {
    expect(orderOf(item)).toEqual({
      quote: {
        prompt: 'it\'s "null" and true',
        size: "1024x1024",
        n: 2,
        seed: 7,
        quality: "ultra",
        provider: "openai",
        model: item.modelKey,
      },
      maxCost: 0.0958,
    });
  });

  it("survives the quotes of a shell", () => {
    const text = asCurl(orderOf(item));
    expect(text).toContain(String.raw`"prompt":"it'\''s \"null\" and true"`);
    expect(text).toContain('\\"maxCost\\": 0.0958');
    expect(text).toContain("'http://localhost:3000/api/quotes'");
  });

  it("is Python although the words look like JSON", () => {
    const text = asPython({ quote: { prompt: 'say "null"', flag: true, none: null }, maxCost: 1 });
    expect(text).toContain(String.raw`"prompt": "say \"null\""`);
    expect(text).toContain('"flag": True');
    expect(text).toContain('"none": None');
  });
});
