import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import type { UsageReport } from "../api/types";
import { violations } from "../testing/axe";
import { json, playGateway } from "../testing/gateway";
import { show } from "../testing/render";
import { aReport, aWindow } from "../testing/reports";
import UsagePage from "./UsagePage";

const play = (report: UsageReport, routes: Parameters<typeof playGateway>[0] = {}) =>
  playGateway({ "GET /api/usage": () => json(report), ...routes });

describe("the limits", () => {
  it("tell what is spent, held and left of each", async () => {
    const hour = aWindow({ metric: "images", period: "hour", cap: 10, used: 3, held: 1 });
    play(aReport({ windows: [aWindow(), { ...hour, remaining: 7 }] }));
    show(<UsagePage />);
    const money = await screen.findByRole("meter", { name: "Money today" });
    expect(money.getAttribute("aria-valuetext")).toBe("$1.00 spent, $0.50 held, $8.50 left");
    expect(money.getAttribute("aria-valuenow")).toBe("1.5");
    const images = screen.getByRole("meter", { name: "Images this hour" });
    expect(images.getAttribute("aria-valuetext")).toBe("2 made, 1 held, 7 left");
    expect(await violations()).toEqual([]);
  });

  it("say of everybody's limit only what one may know", async () => {
    play(aReport({ windows: [aWindow({ scope: "gateway", used: null, held: null })] }));
    show(<UsagePage />);
    const bar = await screen.findByRole("meter", { name: "Money today by everybody" });
    expect(bar.getAttribute("aria-valuetext")).toBe("$1.50 spent, $8.50 left");
  });

  it("may be none", async () => {
    play(aReport({ windows: [] }));
    show(<UsagePage />);
    expect(await screen.findByText(/Nothing is limited here/)).toBeTruthy();
  });
});

describe("the spending", () => {
  it("is told in sum, by day, provider and model, each with a table", async () => {
    play(aReport());
    const { user } = show(<UsagePage />);
    expect((await screen.findByText("Spent", { selector: "dt" })).parentElement?.textContent).toBe(
      "Spent$1.25",
    );
    const twin = screen.getByRole("table", { name: "Spent, by day", hidden: true });
    const rows = within(twin).getAllByRole("row", { hidden: true });
    expect(rows).toHaveLength(31);
    expect(rows[1]?.textContent).toContain("$1.008");
    await user.click(screen.getByText("As a table"));
    expect(twin.closest("details")?.open).toBe(true);
    const providers = within(screen.getByRole("region", { name: "By provider" }));
    const names = providers.getAllByRole("rowheader").map(({ textContent }) => textContent);
    expect(names).toEqual(["OpenAI", "Gemini"]);
    expect(await violations()).toEqual([]);
  });

  it("is read day by day with the arrow keys", async () => {
    play(aReport());
    show(<UsagePage />);
    const chart = await screen.findByRole("slider", { name: "Spent, by day" });
    expect(chart.getAttribute("aria-valuetext")).toMatch(/22.*: \$1.00, 8 images$/);
    fireEvent.change(chart, { target: { value: "27" } });
    expect(chart.getAttribute("aria-valuetext")).toMatch(/20.*: \$0.25, 2 images$/);
    expect(chart.closest("figure")?.textContent).toMatch(/20.*: \$0.25, 2 images/);
  });

  it("covers the days one asks for", async () => {
    const asked: string[] = [];
    playGateway({});
    const { user } = show(<UsagePage />);
    vi.stubGlobal("fetch", async (address: string) => {
      asked.push(new URL(address).search);
      return json(aReport({ days: 90 }));
    });
    await user.click(screen.getByRole("radio", { name: "90 days" }));
    expect(await screen.findByRole("heading", { name: "The last 90 days" })).toBeTruthy();
    expect(asked).toEqual(["?days=90"]);
    expect(screen.getByRole("slider", { name: "Spent, by week" })).toBeTruthy();
  });

  it("shows and explains what is held without an answer and what was billed beyond", async () => {
    const day = { day: "2026-11-22", spent: 1, images: 8, attempts: 9, unknown: 0.0958 };
    play(aReport({ unknown: 0.0958, overrun: 0.02, byDay: [{ ...day, overrun: 0.02 }] }));
    show(<UsagePage />);
    expect(await screen.findByText("$0.0958 is held without an answer")).toBeTruthy();
    expect(screen.getByText(/dismissing the card hides it and gives nothing back/)).toBeTruthy();
    expect(screen.getByText(/billed \$0.0200 more than was confirmed/)).toBeTruthy();
    expect(screen.getByRole("slider").getAttribute("aria-valuetext")).toMatch(/\$0.0958 held$/);
  });

  it("may be nothing, and may fail", async () => {
    play(aReport({ byDay: [], byProvider: [], byModel: [] }));
    show(<UsagePage />);
    expect(await screen.findByText("Nothing was bought in these 30 days.")).toBeTruthy();
    playGateway({ "GET /api/usage": () => json({ detail: "No", code: "x" }, 500) });
    show(<UsagePage />);
    expect(await screen.findByText("No")).toBeTruthy();
  });
});

describe("the file", () => {
  it("begins where the page does, and is saved", async () => {
    const gateway = play(aReport({ days: 7 }), {
      "GET /api/usage/export.csv": () => new Response("a,b\n", { status: 200 }),
    });
    const clicked: string[] = [];
    vi.stubGlobal("URL", Object.assign(URL, { createObjectURL: () => "blob:x" }));
    Object.assign(URL, { revokeObjectURL: () => undefined });
    vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (
      this: HTMLAnchorElement,
    ) {
      clicked.push(this.download);
    });
    const { user } = show(<UsagePage />);
    await user.click(await screen.findByRole("button", { name: "Download CSV" }));
    await waitFor(() => expect(clicked).toEqual(["aquatint-usage-2026-11-16.csv"]));
    expect(gateway.to("GET", "/api/usage/export.csv")).toHaveLength(1);
  });

  it("says so when it cannot be had", async () => {
    play(aReport(), {
      "GET /api/usage/export.csv": () => json({ detail: "Not now", code: "x" }, 503),
    });
    const { user } = show(<UsagePage />);
    await user.click(await screen.findByRole("button", { name: "Download CSV" }));
    expect(await screen.findByText("Not now")).toBeTruthy();
  });
});
