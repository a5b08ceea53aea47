import { screen } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import type { Attempt, Item } from "../api/types";
import { playGateway } from "../testing/gateway";
import { anItem, bought } from "../testing/items";
import { show } from "../testing/render";
import { stepsTo, triedNext } from "./fallback";
import { ImageGenerations } from "./ImageGenerations";

const open = { provider: "openai", model: "m-first", code: "breaker_open" };
const dear = { provider: "openai", model: "m-dear", code: "above_ceiling", reason: "Dearer" };

const rejected = (...all: object[]): Partial<Item> =>
  ({ whyThisModel: { tier: "high", words: [], rejected: all } }) as Partial<Item>;

const used = { provider: "together", fallbackUsed: true, originalProvider: "openai" };

const attempt = (provider: string, model: string, error?: string): Attempt => ({
  id: `${provider}-${model}-${error}`,
  provider,
  model,
  state: error ? "released" : "settled",
  charged: 0,
  held: 0,
  error,
});

const card = (item: Item) => {
  playGateway({});
  return show(<ImageGenerations items={[item]} calls={[]} onEdit={vi.fn()} />).user;
};

describe("how another model came to make it", () => {
  it("was passed over, and why, when it was never asked", () => {
    const why = rejected(dear, { ...open, reason: "Circuit breaker OPEN (2 failures)" });
    expect(stepsTo(bought(anItem(why), used))).toEqual([
      "OpenAI's m-first was passed over: Circuit breaker OPEN (2 failures).",
    ]);
  });

  it("could not be had after the confirmation, where the quote knew no reason", () => {
    expect(stepsTo(bought(anItem(rejected(dear)), used))).toEqual([
      "OpenAI was passed over: it could not be had at that moment.",
    ]);
  });

  it("failed, each model told once", () => {
    const attempts = [
      attempt("openai", "m-first", "OpenAI answered 500: Oh."),
      attempt("openai", "m-first", "OpenAI answered 500: Oh."),
      attempt("gemini", "m-next", "It was lost"),
      attempt("together", "m-last"),
    ];
    expect(stepsTo(bought(anItem(), { ...used, attempts }))).toEqual([
      "OpenAI's m-first and Gemini's m-next failed; LLM Info tells why.",
    ]);
  });

  it("stands on the bought card with who made it", () => {
    card(bought(anItem(rejected({ ...open, reason: "Circuit breaker OPEN" })), used));
    expect(screen.getByText("Primary provider unavailable, fallback provider used")).toBeTruthy();
    expect(
      screen.getByText("OpenAI's m-first was passed over: Circuit breaker OPEN."),
    ).toBeTruthy();
    expect(screen.getByText("Together AI made it.")).toBeTruthy();
  });
});

describe("a card whose every model failed", () => {
  it("tells of each, and of the last one once", () => {
    const attempts = [
      attempt("openai", "m-first", "OpenAI answered 500: Oh."),
      attempt("gemini", "m-next", "Gemini answered 502 (Bad Gateway) and gave no reason"),
    ];
    const error = attempts[1]?.error;
    card(anItem({ ...used, provider: "gemini", status: "error", error, attempts }));
    const told = screen.getByText("Image Generation Failed").parentElement;
    expect(told?.textContent).toBe(
      `Image Generation FailedOpenAI's m-first failed; LLM Info tells why.${error}. `,
    );
  });
});

describe("before the confirmation the card tells", () => {
  const why = rejected({ ...open, reason: "Circuit breaker OPEN" });

  it("that a better model is passed over", () => {
    card(anItem({ ...why, ...used }));
    expect(
      screen.getByText("OpenAI's m-first was passed over: Circuit breaker OPEN."),
    ).toBeTruthy();
  });

  it("but not that a provider is missing which the house never had", () => {
    card(anItem({ ...rejected({ ...open, code: "no_key", reason: "No key" }), ...used }));
    expect(screen.queryByText(/was passed over/)).toBeNull();
  });

  it("but not a second time when the gateway's own warning does", () => {
    const request = { prompt: "p", n: 1, model: "m-first" };
    card(anItem({ ...why, ...used, request, warnings: ["m-first is not used"] }));
    expect(screen.queryByText(/was passed over/)).toBeNull();
  });

  const fallbacks = ["m-2", "m-3", "m-4"].map((model) => ({
    provider: "together",
    model,
    modelKey: model,
  }));

  it("who is tried when the model fails, also one that was asked for by name", () => {
    const request = { prompt: "p", n: 1, model: "gpt-image-2.6-sunburst" };
    card(anItem({ fallbacks, request }));
    expect(
      screen.getByText("If it fails, Together AI's m-2 is tried, then 2 others."),
    ).toBeTruthy();
    expect(screen.getByText(/is the model that was asked for\./)).toBeTruthy();
    expect(screen.getByText(/^Never more than/).parentElement?.textContent).toContain(
      "fallback included",
    );
  });

  it("that nobody is, and then promises no fallback", () => {
    card(anItem({ fallbacks: [] }));
    expect(screen.getByText("If it fails, no other model is tried.")).toBeTruthy();
    expect(screen.queryByText(/fallback included/)).toBeNull();
  });

  it("who follows the alternative that was chosen, not the first offer", async () => {
    const [other] = anItem().availableAlternatives ?? [];
    if (!other) throw new Error("no alternative");
    const user = card(
      anItem({
        fallbacks,
        availableAlternatives: [{ ...other, fallbacks: fallbacks.slice(0, 2) }],
      }),
    );
    await user.click(screen.getByText("Alternatives"));
    await user.click(screen.getByRole("radio", { name: new RegExp(other.model) }));
    expect(screen.getByText("If it fails, Together AI's m-2 is tried, then 1 other.")).toBeTruthy();
  });

  it("in the singular and in silence where that is right", () => {
    expect(triedNext({ fallbacks: fallbacks.slice(0, 1) })).toBe(
      "If it fails, Together AI's m-2 is tried.",
    );
    expect(triedNext({})).toBeNull();
  });
});
