import { screen, waitFor, within } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { ProviderLine } from "../api/types";
import { violations } from "../testing/axe";
import { json, playGateway } from "../testing/gateway";
import { ADA, aHouse } from "../testing/people";
import { show } from "../testing/render";
import { aProvider } from "../testing/reports";
import { breakerInWords, countdown } from "./describe";
import ProvidersPage from "./ProvidersPage";

const play = (
  lines: ProviderLine[],
  { operator = true, ...routes }: Record<string, unknown> & { operator?: boolean } = {},
) =>
  playGateway({
    "GET /api/about": () => json(aHouse({ user: { ...ADA, operator } })),
    "GET /api/providers": () => json(lines),
    ...(routes as Parameters<typeof playGateway>[0]),
  });

const soon = () => new Date(Date.now() + 45_000).toISOString();

const open = () =>
  aProvider({
    provider: "replicate",
    label: "Replicate",
    available: false,
    reason: "Circuit breaker open after 5 failures",
    code: "breaker_open",
    breaker: { state: "OPEN", failures: 5, threshold: 5, nextProbeAt: soon() },
  });

const cards = async () =>
  within(await screen.findByRole("list", { name: "Providers" }))
    .getAllByRole("listitem")
    .filter((item) => item.querySelector("h2"));

afterEach(() => vi.useRealTimers());

describe("a provider", () => {
  it("tells how it does", async () => {
    play([aProvider()]);
    show(<ProvidersPage />);
    const [card] = await cards();
    expect(card?.textContent).toMatch(/^OpenAI.*Available.*97.6%.*succeeded, of 42 orders/);
    expect(card?.textContent).toMatch(/Half in6.2 s.*95% in35 s.*Closed: no failure lately/);
    expect(screen.getByRole("progressbar", { name: "OpenAI: succeeded" })).toBeTruthy();
    expect(screen.queryByRole("button", { name: /Reset/ })).toBeNull();
    expect(await violations()).toEqual([]);
  });

  it("tells why it is left out, and until when", async () => {
    const gone = [{ model: "flux-old", until: soon() }];
    play([open(), aProvider({ coolingUntil: soon(), modelsGone: gone })]);
    show(<ProvidersPage />);
    const [tripped, cooling] = await cards();
    expect(tripped?.textContent).toContain("Not available");
    expect(tripped?.textContent).toContain("Circuit breaker open after 5 failures");
    expect(tripped?.textContent).toMatch(/Open after 5 failures in a row\. Next try in 4\d s\./);
    expect(cooling?.textContent).toMatch(/next order in 4\d s/);
    expect(cooling?.textContent).toContain("flux-old");
    expect(await violations()).toEqual([]);
  });

  it("has nothing more to tell when it has no key", async () => {
    const traffic = { ...aProvider().traffic, attempts: 0, successRate: null };
    const reason = "API key not configured";
    play([aProvider({ available: false, code: "no_key", reason, traffic })]);
    show(<ProvidersPage />);
    const [card] = await cards();
    expect(card?.textContent).toBe(`OpenAINot available${reason}`);
  });

  it("without orders claims no rate", async () => {
    const traffic = { ...aProvider().traffic, attempts: 0, successRate: null, p50Ms: null };
    play([aProvider({ traffic })]);
    show(<ProvidersPage />);
    expect(await screen.findByText("No orders in the last 24 hours.")).toBeTruthy();
    expect(screen.queryByRole("progressbar")).toBeNull();
  });
});

describe("a reset", () => {
  it("is asked about first, and only an operator may", async () => {
    const gateway = play([open()], {
      "POST /api/providers/replicate/reset": () => json({ provider: "replicate" }),
    });
    const { user } = show(<ProvidersPage />);
    await user.click(await screen.findByRole("button", { name: "Reset Replicate" }));
    expect(document.activeElement?.textContent).toBe("Leave it");
    expect(await violations()).toEqual([]);
    expect(gateway.to("POST", "/api/providers/replicate/reset")).toHaveLength(0);
    await user.click(screen.getByRole("button", { name: "Reset it" }));
    expect(await screen.findByText("Replicate was reset")).toBeTruthy();
    await waitFor(() => expect(gateway.to("GET", "/api/providers")).toHaveLength(2));
  });

  it("is not offered to others", async () => {
    play([open()], { operator: false });
    show(<ProvidersPage />);
    expect(await screen.findByText("Not available")).toBeTruthy();
    expect(screen.queryByRole("button", { name: /Reset/ })).toBeNull();
  });
});

describe("the page", () => {
  it("asks again every ten seconds", async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    const gateway = play([aProvider()]);
    show(<ProvidersPage />);
    await cards();
    await vi.advanceTimersByTimeAsync(10_500);
    expect(gateway.to("GET", "/api/providers")).toHaveLength(2);
  });

  it("says so when it cannot be had", async () => {
    play([], { "GET /api/providers": () => json({ detail: "No", code: "x" }, 500) });
    show(<ProvidersPage />);
    expect(await screen.findByText("No")).toBeTruthy();
  });
});

describe("the words", () => {
  const now = Date.parse("2026-11-22T12:00:00Z");

  it.each([
    ["2026-11-22T12:00:41.2Z", "in 42 s"],
    ["2026-11-22T12:04:00Z", "in 4 min"],
    ["2026-11-22T12:00:00Z", null],
    [null, null],
  ])("count down to %s: %s", (until, words) => {
    expect(countdown(until, now)).toBe(words);
  });

  it("tell each state of the breaker", () => {
    const words = (state: string, failures: number, nextProbeAt: string | null = null) =>
      breakerInWords(aProvider({ breaker: { state, failures, threshold: 5, nextProbeAt } }), now);
    expect(words("CLOSED", 1)).toBe("Closed; 1 failure in a row, opens at 5.");
    expect(words("HALF_OPEN", 5)).toMatch(/^Half open/);
    expect(words("open", 5, "2026-11-22T11:59:00Z")).toMatch(/The next order is a try\.$/);
  });
});
