import { screen, waitFor } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Asked, Item, WaitingItem } from "../api/types";
import { violations } from "../testing/axe";
import { aRow } from "../testing/catalog";
import { json, playGateway } from "../testing/gateway";
import { anItem, bought } from "../testing/items";
import { show } from "../testing/render";

const waits = (item: Item, asked: Partial<Asked> = {}): WaitingItem => ({
  ...item,
  asked: {
    keyId: "key_1",
    keyName: "nightly posters",
    reason: "This API key lacks the scope generate",
    at: new Date().toISOString(),
    ...asked,
  },
});

const quote = () => anItem({ capabilities: aRow().capabilities });

beforeEach(() => vi.resetModules());

/** The page as it stands at `address`. */
async function openAt(address: string) {
  window.history.replaceState(null, "", address);
  const { default: WaitingPage } = await import("./WaitingPage");
  return show(<WaitingPage />);
}

describe("the list of what waits", () => {
  it("tells what is asked for, by whom and for how much, and leads there", async () => {
    const [of_key, of_assistant] = [anItem(), anItem({ prompt: "A map" })];
    const gateway = playGateway({
      "GET /api/quotes": () =>
        json([waits(of_key), waits(of_assistant, { keyId: null, keyName: null })]),
    });
    const { user } = await openAt("/#/waiting");
    const first = await screen.findByRole("link", { name: /sunset/ });
    expect(first.textContent).toMatch(/\$0.0937, never more than \$0.0958/);
    expect(first.textContent).toMatch(/Asked by the API key “nightly posters” just now/);
    expect(screen.getByRole("link", { name: /A map.*Asked by a program of yours/ })).toBeTruthy();
    expect(gateway.to("GET", "/api/quotes")[0]?.query.get("waiting")).toBe("true");
    expect(await violations()).toEqual([]);
    await user.click(first);
    expect(window.location.hash).toBe(`#/waiting/${of_key.id}`);
  });

  it("says when nothing waits", async () => {
    playGateway({ "GET /api/quotes": () => json([]) });
    await openAt("/#/waiting");
    expect(await screen.findByText("Nothing waits for you.")).toBeTruthy();
  });
});

describe("the room of one quote", () => {
  it("is opened by the link, and confirms that very quote", async () => {
    const item = quote();
    let now: Item = item;
    const gateway = playGateway({
      "GET /api/quotes": () => json(now === item ? [waits(item)] : []),
      [`GET /api/quotes/${item.id}`]: () => json(now),
      "GET /api/usage": () => json({}, 503),
      "POST /generate-image": () => {
        now = bought(item);
        return json({ ...now, success: true });
      },
    });
    const { user } = await openAt(`/?quote=${item.id}`);
    expect(window.location.search).toBe("");
    expect(await screen.findByText(/This API key lacks the scope generate\./)).toBeTruthy();
    expect(screen.getByText("the API key “nightly posters”")).toBeTruthy();
    expect(await violations()).toEqual([]);
    const button = await screen.findByRole("button", { name: /^Generate Image for/ });
    const before = gateway.to("GET", "/api/quotes").length;
    await user.click(button);
    expect(await screen.findByRole("article", { name: /^Image: / })).toBeTruthy();
    expect(gateway.to("POST", "/generate-image").map(({ body }) => body.quoteId)).toEqual([
      item.quoteId,
    ]);
    // It waits no more, and the room still tells who asked.
    await waitFor(() => expect(gateway.to("GET", "/api/quotes").length).toBeGreaterThan(before));
    expect(screen.getByText("the API key “nightly posters”")).toBeTruthy();
  });

  it("offers no settings that would make it another quote", async () => {
    const item = quote();
    playGateway({
      "GET /api/quotes": () => json([waits(item), waits(anItem()), waits(anItem())]),
      [`GET /api/quotes/${item.id}`]: () => json(item),
      "GET /api/usage": () => json({}, 503),
    });
    await openAt(`/#/waiting/${item.id}`);
    expect(await screen.findByText("Alternatives")).toBeTruthy();
    expect(screen.queryByText("Adjust")).toBeNull();
    const others = screen.getByRole("link", { name: "2 more quotes wait" });
    expect(others.getAttribute("href")).toBe("#/waiting");
  });

  it("says kindly that the price has expired", async () => {
    const item = anItem({ status: "expired", quoteId: null });
    playGateway({
      "GET /api/quotes": () => json([]),
      [`GET /api/quotes/${item.id}`]: () => json(item),
    });
    await openAt(`/?quote=${item.id}`);
    expect(await screen.findByText(/Whoever asked can ask again/)).toBeTruthy();
    expect(screen.queryByRole("button")).toBeNull();
    expect(await violations()).toEqual([]);
  });

  it("says kindly that there is no such quote", async () => {
    playGateway({
      "GET /api/quotes": () => json([]),
      "GET /api/quotes/of_ben": () => json({ detail: "No such quote", code: "not_found" }, 404),
    });
    await openAt("/?quote=of_ben");
    expect(await screen.findByText("There is no such quote of yours")).toBeTruthy();
    expect(await violations()).toEqual([]);
  });

  it("is the list for an address that names no quote", async () => {
    playGateway({ "GET /api/quotes": () => json([]) });
    await openAt("/?quote=..%2Fkeys");
    expect(await screen.findByText("Nothing waits for you.")).toBeTruthy();
  });
});
