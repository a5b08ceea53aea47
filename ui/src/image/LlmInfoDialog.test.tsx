import { screen, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { aCall, anItem, bought } from "../testing/items";
import { show } from "../testing/render";
import { LlmInfoDialog } from "./LlmInfoDialog";

const text = aCall({
  id: "call_1",
  type: "chat_completion",
  provider: "chat",
  model: "sim-chat",
  cost: 0.0004,
  tokens: { input: 412, output: 64 },
});

const term = (name: string) => screen.getAllByText(name, { selector: "dt" }).at(-1);
const value = (name: string) => term(name)?.nextElementSibling?.textContent;

describe("LlmInfoDialog", () => {
  it("shows every call, and totals text and image apart", () => {
    show(<LlmInfoDialog calls={[text, aCall({ quoted: 0.1 })]} onClose={vi.fn()} />);
    expect(value("Tokens")).toBe("412 in, 64 out");
    expect(value("Size")).toBe("1024×1024");
    expect(value("Duration")).toBe("6.2 s");
    expect(value("Quoted")).toBe("$0.1000");
    expect(value("Charged")).toBe("$0.0937");
    expect(value("Request")).toBe("req_1");
    expect(value("Text")).toBe("$0.0004");
    expect(value("Image")).toBe("$0.0937");
    expect(value("Total")).toBe("$0.0941");
  });

  it("shows a failed call with its reason", () => {
    show(
      <LlmInfoDialog
        calls={[aCall({ success: false, cost: 0, error: "HTTP 500" })]}
        onClose={vi.fn()}
      />,
    );
    expect(screen.getByText("failed")).toBeTruthy();
    expect(screen.getByText("HTTP 500")).toBeTruthy();
  });

  it("tells each attempt, what it cost and why it failed", () => {
    const attempt = { model: "m", held: 0, durationMs: 1500 };
    const attempts = [
      { ...attempt, id: "a", provider: "openai", state: "released", charged: 0, error: "HTTP 500" },
      { ...attempt, id: "b", provider: "together", state: "settled", charged: 0.0734 },
    ];
    show(<LlmInfoDialog calls={[aCall({ attempts, billed: 0.08 })]} onClose={vi.fn()} />);
    const lines = within(screen.getByRole("list", { name: "Attempts", hidden: true }));
    expect(lines.getByText("not billed, 1.5 s")).toBeTruthy();
    expect(lines.getByText("HTTP 500")).toBeTruthy();
    expect(lines.getByText("$0.0734")).toBeTruthy();
    expect(value("Billed by the provider")).toBe("$0.0800");
  });

  it("takes the calls of cards, and copies each as a program", async () => {
    const item = bought(anItem());
    const { user } = show(<LlmInfoDialog calls={[text]} items={[item]} onClose={vi.fn()} />);
    await user.click(screen.getByRole("button", { name: "Copy as cURL", hidden: true }));
    expect(await navigator.clipboard.readText()).toContain(`"model":"${item.modelKey}"`);
    await user.click(screen.getByRole("button", { name: "Copy as Python", hidden: true }));
    expect(await navigator.clipboard.readText()).toContain('"maxCost": 0.0958');
    expect(value("Total")).toBe("$0.0941");
  });

  it("copies a call to the chat model as the question that was asked", async () => {
    const { user } = show(
      <LlmInfoDialog calls={[text]} question="A sunset, please" onClose={vi.fn()} />,
    );
    await user.click(screen.getByRole("button", { name: "Copy question as cURL", hidden: true }));
    expect(await navigator.clipboard.readText()).toContain('"content":"A sunset, please"');
    await user.click(screen.getByRole("button", { name: "Copy question as Python", hidden: true }));
    expect(await navigator.clipboard.readText()).toContain('"chatModel": "sim-chat"');
  });

  it("closes by its button", async () => {
    const onClose = vi.fn();
    const { user } = show(<LlmInfoDialog calls={[]} onClose={onClose} />);
    await user.click(screen.getByRole("button", { name: "Close" }));
    expect(onClose).toHaveBeenCalledOnce();
  });
});
