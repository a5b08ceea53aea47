import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, it } from "vitest";
import type { ApiKey } from "../api/types";
import { json, playGateway } from "../testing/gateway";
import { aKey, issued } from "../testing/people";
import { show } from "../testing/render";
import { DEFAULTS, keyForm } from "./form";
import KeysPage from "./KeysPage";

beforeEach(() => keyForm.set(DEFAULTS));

/** A gateway that keeps these keys, in which a test may change them. */
function playKeys(keys: ApiKey[], routes: Parameters<typeof playGateway>[0] = {}) {
  return playGateway({ "GET /api/keys": () => json(keys), ...routes });
}

describe("the list of keys", () => {
  it("tells what each may do, and sets apart what no longer works", async () => {
    playKeys([
      aKey({ models: ["gemini/*"], maxImageCost: 0.1, lastUsedAt: new Date().toISOString() }),
      aKey({ name: "old", works: false, revokedAt: new Date().toISOString() }),
    ]);
    show(<KeysPage />);
    const list = await screen.findByRole("list", { name: "API keys" });
    const cards = within(list).getAllByRole("listitem");
    expect(cards).toHaveLength(1);
    const words = cards[0]?.textContent;
    for (const part of [
      "aqt_…Qx7Z",
      "quote, generate",
      "50 images a day, $5.00 a day, $0.1000 an image",
      "gemini/*",
      "just now",
      /Expires on/,
    ]) {
      expect(words).toMatch(part);
    }
    expect(screen.getByText("Revoked just now")).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Revoke old" })).toBeNull();
  });

  it("says so when there is none, and when it cannot be had", async () => {
    playKeys([]);
    show(<KeysPage />);
    expect(await screen.findByText(/No key works here/)).toBeTruthy();
    playGateway({ "GET /api/keys": () => json({ detail: "No", code: "x" }, 500) });
    show(<KeysPage />);
    expect(await screen.findByText("No")).toBeTruthy();
  });

  it("marks a key that another one replaces", async () => {
    const old = aKey({ name: "old" });
    playKeys([aKey({ name: "new", rotatedFrom: old.id }), old]);
    show(<KeysPage />);
    expect(await screen.findByText("replaced, works until it expires")).toBeTruthy();
    expect(screen.getByRole("button", { name: "Rotate new" })).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Rotate old" })).toBeNull();
    expect(screen.getByRole("button", { name: "Revoke old" })).toBeTruthy();
  });
});

describe("a new key", () => {
  it("is made with sensible limits, shown once and copied", async () => {
    const keys: ApiKey[] = [];
    const gateway = playKeys(keys, {
      "POST /api/keys": ({ body }) => {
        keys.push(aKey({ name: String(body.name) }));
        return json(issued(aKey({ name: String(body.name) })), 201);
      },
    });
    const { user } = show(<KeysPage />);
    await user.click(screen.getByRole("button", { name: "New key" }));
    await user.type(screen.getByLabelText("Name"), "posters");
    await user.click(screen.getByRole("checkbox", { name: /^Chat/ }));
    await user.click(screen.getByRole("checkbox", { name: /^Read/ }));
    await user.click(screen.getByRole("button", { name: "Create key" }));

    const shown = await screen.findByRole("region", { name: "Your new key" });
    expect(within(shown).getByText("aqt_secretQx7Z")).toBeTruthy();
    expect(shown.textContent).toContain("you will not see it again");
    const { expiresAt, ...asked } = gateway.to("POST", "/api/keys")[0]?.body ?? {};
    expect(asked).toEqual({
      name: "posters",
      scopes: ["quote", "generate", "chat"],
      limits: { imagesPerDay: 50, moneyPerDay: 5 },
      models: [],
      maxImageCost: null,
    });
    const days = (Date.parse(String(expiresAt)) - Date.now()) / 86_400_000;
    expect(Math.round(days)).toBe(90);

    await user.click(within(shown).getByRole("button", { name: "Copy key" }));
    expect(await navigator.clipboard.readText()).toBe("aqt_secretQx7Z");
    await user.click(within(shown).getByRole("button", { name: "I have it" }));
    expect(screen.queryByText("aqt_secretQx7Z")).toBeNull();
    expect(await screen.findByRole("button", { name: "Revoke posters" })).toBeTruthy();
    expect(sessionStorage.getItem("aquatint.key")).toBeNull();
  });

  it("takes limits, models and no end", async () => {
    const gateway = playKeys([], { "POST /api/keys": () => json(issued(aKey()), 201) });
    const { user } = show(<KeysPage />);
    await user.click(screen.getByRole("button", { name: "New key" }));
    await user.type(screen.getByLabelText("Name"), "x");
    await user.selectOptions(screen.getByLabelText("Expires after"), "Never");
    await user.clear(screen.getByLabelText("Images a day"));
    await user.type(screen.getByLabelText("Dollars a month"), "20.50");
    await user.type(screen.getByLabelText("Dollars an image"), "0.1");
    await user.type(screen.getByLabelText("Models"), "gemini/*, flux-schnell");
    await user.click(screen.getByRole("button", { name: "Create key" }));
    await screen.findByRole("region", { name: "Your new key" });
    expect(gateway.to("POST", "/api/keys")[0]?.body).toMatchObject({
      limits: { moneyPerDay: 5, moneyPerMonth: 20.5 },
      models: ["gemini/*", "flux-schnell"],
      maxImageCost: 0.1,
      expiresAt: null,
    });
  });

  it("unfolds the limits when one of them is no number to limit by", async () => {
    playKeys([]);
    const { user } = show(<KeysPage />);
    await user.click(screen.getByRole("button", { name: "New key" }));
    const field = screen.getByLabelText("Images a day");
    expect(field.closest("details")?.open).toBe(false);
    fireEvent.invalid(field);
    expect(field.closest("details")?.open).toBe(true);
  });

  it("cannot be made without a scope; a refusal is shown and what was typed stays", async () => {
    playKeys([], { "POST /api/keys": () => json({ detail: "Not so", code: "x" }, 400) });
    const { user } = show(<KeysPage />);
    await user.click(screen.getByRole("button", { name: "New key" }));
    await user.type(screen.getByLabelText("Name"), "x");
    const create = screen.getByRole("button", { name: "Create key" });
    for (const scope of [/^Quote/, /^Generate/, /^Read/]) {
      await user.click(screen.getByRole("checkbox", { name: scope }));
    }
    expect(create.hasAttribute("disabled")).toBe(true);
    await user.click(screen.getByRole("checkbox", { name: /^Quote/ }));
    await user.click(create);
    expect(await screen.findByText("Not so")).toBeTruthy();
    expect(JSON.parse(sessionStorage.getItem("aquatint.key") ?? "")).toMatchObject({
      name: "x",
      scopes: ["quote"],
    });
    await user.click(screen.getByRole("button", { name: "Cancel" }));
    expect(screen.queryByLabelText("Name")).toBeNull();
    expect(sessionStorage.getItem("aquatint.key")).toBeNull();
  });
});

describe("the end of a key", () => {
  it("is asked about before it is revoked", async () => {
    const key = aKey();
    const gateway = playKeys([key], { [`DELETE /api/keys/${key.id}`]: () => json(key) });
    const { user } = show(<KeysPage />);
    await user.click(await screen.findByRole("button", { name: /^Revoke/ }));
    expect(document.activeElement?.textContent).toBe("Leave it");
    await user.click(screen.getByRole("button", { name: "Leave it" }));
    expect(gateway.to("DELETE", `/api/keys/${key.id}`)).toHaveLength(0);
    await user.click(screen.getByRole("button", { name: /^Revoke/ }));
    await user.click(screen.getByRole("button", { name: "Revoke it" }));
    expect(await screen.findByText("nightly posters was revoked")).toBeTruthy();
    await waitFor(() => expect(gateway.to("GET", "/api/keys")).toHaveLength(2));
  });

  it("comes after an overlap when it is rotated", async () => {
    const key = aKey();
    const fresh = issued(aKey({ rotatedFrom: key.id, lastFour: "Nnnn" }));
    const gateway = playKeys([key], {
      [`POST /api/keys/${key.id}/rotate`]: () => json(fresh, 201),
    });
    const { user } = show(<KeysPage />);
    await user.click(await screen.findByRole("button", { name: /^Rotate/ }));
    await user.selectOptions(screen.getByLabelText(/The old one/), "works for an hour");
    await user.click(screen.getByRole("button", { name: "Make the new key" }));
    expect(await screen.findByText("aqt_secretNnnn")).toBeTruthy();
    const [asked] = gateway.to("POST", `/api/keys/${key.id}/rotate`);
    expect(asked?.body).toEqual({ overlapSeconds: 3600 });
  });
});
