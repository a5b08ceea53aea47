import { act, screen, waitFor, within } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Item } from "../api/types";
import { draft } from "../chat/draft";
import { picks } from "../chat/picks";
import { json, later, playGateway, type Seen } from "../testing/gateway";
import { aCall, anItem, bought } from "../testing/items";
import { show } from "../testing/render";
import { ImageGenerations } from "./ImageGenerations";

const showAll = (items: readonly Item[], calls = [aCall({ type: "chat_completion" })]) =>
  show(<ImageGenerations items={items} calls={calls} onEdit={draft.set} />);

const batch = () => screen.getByRole<HTMLButtonElement>("button", { name: /^Generate (all|the) / });
const dialog = () => within(screen.getByRole("dialog", { hidden: true }));

afterEach(() => picks.set({}));

describe("several cards in one message", () => {
  const three = () => [
    anItem({ cost: 0.0937, maxCost: 0.0958 }),
    anItem({ cost: 0.0132, maxCost: 0.0154 }),
    anItem({ cost: 0.003, maxCost: 0.003 }),
  ];

  it("are bought with one button, each by its own confirmation", async () => {
    const items = three();
    const gateway = playGateway({ "POST /generate-image": () => later<Response>().promise });
    showAll(items);
    expect(batch().textContent).toBe("Generate all for $0.1099");
    expect(screen.getByText("Never more than $0.1142")).toBeTruthy();
    act(() => {
      batch().click();
      batch().click();
    });
    await waitFor(() => expect(gateway.to("POST", "/generate-image")).toHaveLength(3));
    const confirmed = gateway.to("POST", "/generate-image").map(({ body }) => body.quoteId);
    expect(confirmed.sort()).toEqual(items.map(({ quoteId }) => quoteId).sort());
    expect(await screen.findByText(/3 being made/)).toBeTruthy();
  });

  it("count what their buttons say, alternatives included", async () => {
    const { user } = showAll(three());
    const [first] = screen.getAllByRole("article");
    if (!first) throw new Error("no card");
    await user.click(within(first).getByRole("radio", { name: /flux-1.1-pro-ultra/ }));
    expect(batch().textContent).toBe("Generate all for $0.0762");
    expect(screen.getByText("Never more than $0.0796")).toBeTruthy();
  });

  it("keep what failed in sight when others come", async () => {
    const items = three();
    const truth = new Map(items.map((item) => [item.quoteId, item]));
    const fails = items[1]?.quoteId;
    const buy = ({ body }: Seen) => {
      const item = truth.get(String(body.quoteId));
      if (!item || item.quoteId === fails) return json({ error: "Limit", code: "limit" }, 429);
      truth.set(item.quoteId, bought(item));
      return json({ success: true, ...bought(item) });
    };
    const look = (id: string) => () => json([...truth.values()].find((item) => item.id === id));
    playGateway({
      "POST /generate-image": buy,
      ...Object.fromEntries(items.map(({ id }) => [`GET /api/quotes/${id}`, look(id)])),
    });
    const { user } = showAll(items);
    await user.click(batch());
    expect(await screen.findByText(": 2 ready")).toBeTruthy();
    expect(screen.getByText("Limit")).toBeTruthy();
    expect(screen.getByRole("button", { name: /^Generate Image for \$0.0132/ })).toBeTruthy();
    expect(screen.queryByRole("button", { name: /^Generate all/ })).toBeNull();
  });

  it("offer the rest when some are bought already", () => {
    const [first, ...rest] = three();
    showAll([...(first ? [bought(first)] : []), ...rest]);
    expect(batch().textContent).toBe("Generate the other 2 for $0.0162");
  });

  it("have no common button when there is one card", () => {
    showAll([anItem()]);
    expect(screen.queryByRole("button", { name: /^Generate all/ })).toBeNull();
  });
});

describe("the pictures of a message", () => {
  const named = (id: string, prompt: string): Item => {
    const item = bought(anItem({ prompt, request: { prompt, seed: 7, n: 1 } }));
    const links = {
      url: `/api/images/${id}/content`,
      downloadUrl: `/api/images/${id}/download`,
      thumbnailUrl: `/api/images/${id}/thumbnail`,
    };
    return { ...item, images: [{ id, ...links, altText: prompt, width: 1024, height: 1024 }] };
  };
  const two = () => [named("a", "a red cat"), named("b", "a blue dog")];

  async function openFirst() {
    const shown = showAll(two());
    const [link] = screen.getAllByRole("link", { name: "View the image large" });
    if (!link) throw new Error("no picture");
    await shown.user.click(link);
    await screen.findByRole("button", { name: "Next image", hidden: true });
    return shown;
  }
  const large = () => dialog().getByRole("img", { hidden: true });

  it("are shown large, one after the other", async () => {
    const { user } = await openFirst();
    expect(large().getAttribute("src")).toContain("/api/images/a/content");
    dialog().getByRole("button", { name: "Close", hidden: true }).focus();
    await user.keyboard("{ArrowRight}");
    expect(large().getAttribute("alt")).toBe("a blue dog");
    expect(screen.getAllByText("Image 2 of 2").length).toBeGreaterThan(0);
    await user.click(dialog().getByRole("button", { name: "Next image", hidden: true }));
    expect(large().getAttribute("alt")).toBe("a red cat");
  });

  it("are shown at their actual size, and put away", async () => {
    const { user } = await openFirst();
    const actual = dialog().getByRole("button", { name: "Actual size", hidden: true });
    await user.click(actual);
    expect(actual.getAttribute("aria-pressed")).toBe("true");
    expect(large().getAttribute("width")).toBe("1024");
    await user.click(dialog().getByRole("button", { name: "Close", hidden: true }));
    expect(screen.queryByRole("dialog", { hidden: true })).toBeNull();
  });

  it("can be described in other words", async () => {
    const [first] = two();
    if (!first) throw new Error("no picture");
    const gateway = playGateway({
      "PATCH /api/images/a": ({ body }) => json({ ...first.images?.[0], altText: body.altText }),
    });
    const { user } = showAll([first]);
    await user.click(screen.getByRole("button", { name: "Alt text" }));
    const words = await screen.findByLabelText("What the picture shows");
    await user.clear(words);
    await user.type(words, "a ginger cat on a wall");
    await user.click(screen.getByRole("button", { name: "Save" }));
    expect(await screen.findByRole("img", { name: "a ginger cat on a wall" })).toBeTruthy();
    expect(gateway.to("PATCH", "/api/images/a")[0]?.body).toEqual({
      altText: "a ginger cat on a wall",
    });
  });

  it("are copied as pictures, or else by their link, and it is said which", async () => {
    const [first] = two();
    const { user } = showAll(first ? [first] : []);
    await user.click(screen.getByRole("button", { name: "Copy image" }));
    expect(await screen.findByText(/cannot copy pictures here: its link was copied/)).toBeTruthy();
    const write = vi.fn(() => Promise.resolve());
    vi.stubGlobal("ClipboardItem", class {});
    vi.spyOn(navigator.clipboard, "write").mockImplementation(write);
    const headers = { "Content-Type": "image/png" };
    playGateway({ "GET /api/images/a/content": () => new Response("png", { headers }) });
    await user.click(screen.getByRole("button", { name: "Copy image" }));
    expect(await screen.findByText("Picture copied to clipboard!")).toBeTruthy();
    expect(write).toHaveBeenCalledOnce();
  });

  it("give prompt and settings to the composer", async () => {
    const [first] = two();
    const { user } = showAll(first ? [first] : []);
    await user.click(screen.getByRole("button", { name: "Use again" }));
    expect(draft.get()).toBe("a red cat");
    expect(picks.get()).toEqual({ seed: 7, n: 1 });
  });

  it("are accounted for together with the words", async () => {
    const { user } = showAll(two());
    const [info] = screen.getAllByRole("button", { name: "LLM Info" });
    if (info) await user.click(info);
    await screen.findByRole("heading", { name: "LLM Info", hidden: true });
    expect(dialog().getAllByText("image")).toHaveLength(2);
    expect(dialog().getAllByText("text")).toHaveLength(1);
  });
});
