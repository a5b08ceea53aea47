import { screen, within } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Item, Provenance } from "../api/types";
import { violations } from "../testing/axe";
import { json, playGateway } from "../testing/gateway";
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

const MADE = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";

const said: Provenance = {
  source: MADE,
  c2pa: "valid",
  xmp: null,
  generator: "gpt-image",
  signer: "OpenAI",
  trusted: true,
  problems: [],
  summary: "Signed by OpenAI and unchanged since. It says: made by a machine (generative AI).",
  download: "none",
};

const kept = (item: Item, provenance: Provenance | null) => ({
  [`GET /api/images/${item.images?.[0]?.id}`]: () => json({ ...item.images?.[0], provenance }),
});

beforeEach(() => void playGateway({}));

describe("LlmInfoDialog", () => {
  it("tells what the picture's file says, and the details", async () => {
    const item = bought(anItem());
    playGateway(kept(item, said));
    const { user } = show(<LlmInfoDialog calls={[]} items={[item]} onClose={vi.fn()} />);
    expect((await screen.findByText("What the file says:")).parentElement?.textContent).toBe(
      `What the file says: ${said.summary}`,
    );
    await user.click(screen.getByText("Details"));
    expect(value("Source")).toBe("trainedAlgorithmicMedia");
    expect(value("Signed by")).toBe("OpenAI, trusted");
    expect(value("A download adds")).toBe("nothing");
    expect(screen.queryByText("Problems")).toBeNull();
    expect(await violations()).toEqual([]);
  });

  it("names what is wrong with a file, and whose name is only claimed", async () => {
    const item = bought(anItem());
    const problems = ["assertion.dataHash.mismatch"];
    const broken = { ...said, c2pa: "invalid", trusted: false, problems } as const;
    playGateway(kept(item, broken));
    show(<LlmInfoDialog calls={[]} items={[item]} onClose={vi.fn()} />);
    await screen.findByText("What the file says:");
    expect(value("Signature")).toBe("broken");
    expect(value("Signed by")).toBe("OpenAI, not known here");
    expect(value("Problems")).toBe("assertion.dataHash.mismatch");
  });

  it("is silent about a file that is gone", async () => {
    const item = bought(anItem());
    const gateway = playGateway(kept(item, null));
    show(<LlmInfoDialog calls={[]} items={[item]} onClose={vi.fn()} />);
    await vi.waitFor(() => expect(gateway.seen).toHaveLength(1));
    expect(screen.queryByText("What the file says:")).toBeNull();
  });

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
