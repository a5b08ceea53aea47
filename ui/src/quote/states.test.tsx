import { screen } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import type { Item, ItemStatus } from "../api/types";
import { violations } from "../testing/axe";
import { later, playGateway } from "../testing/gateway";
import { aCall, anItem, bought } from "../testing/items";
import { show } from "../testing/render";
import { ImageGenerations } from "./ImageGenerations";

const CAPABILITIES = { seed: true, negativePrompt: true, styles: ["vivid"], maxImages: 4 };

const failed = { llmApiCall: aCall({ cost: 0, success: false }), error: "Something happened" };

const STATES: Readonly<Record<ItemStatus, Item>> = {
  pending: anItem({ capabilities: CAPABILITIES, warnings: ["Size changed"] }),
  generating: anItem({ status: "generating", generationId: "gen_1", attempts: [] }),
  complete: bought(anItem({ n: 2 }), { fallbackUsed: true, originalProvider: "together" }),
  error: anItem({ status: "error", ...failed }),
  refused: anItem({ status: "refused", ...failed }),
  unknown: anItem({ status: "unknown", generationId: "gen_2" }),
  expired: anItem({ status: "expired" }),
  cancelled: anItem({ status: "cancelled", ...failed }),
};

const showState = (items: readonly Item[]) => {
  playGateway({ "GET /api/generations/gen_1/events": () => later<Response>().promise });
  return show(<ImageGenerations items={items} calls={[aCall()]} onEdit={vi.fn()} />);
};

describe("a card in every state", () => {
  it.each(Object.entries(STATES))("is without fault for axe when %s", async (_, item) => {
    showState([item]);
    expect(await violations()).toEqual([]);
  });

  it("and all of them together, with what they open", async () => {
    const { user } = showState(Object.values(STATES));
    await user.click(screen.getByText("Adjust"));
    await screen.findByLabelText("Seed");
    await user.click(screen.getByRole("button", { name: "Alt text" }));
    await screen.findByLabelText("What the picture shows");
    expect(await violations()).toEqual([]);
    await user.click(screen.getByRole("link", { name: /^View/ }));
    await screen.findByRole("button", { name: "Actual size", hidden: true });
    expect(await violations()).toEqual([]);
  });
});
