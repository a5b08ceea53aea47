import { screen, waitFor } from "@testing-library/react";
import { Suspense } from "react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { Broken } from "./Broken";
import { part } from "./part";
import { json, playGateway } from "./testing/gateway";
import { show } from "./testing/render";

const room = { default: () => <p>The room</p> };
const missing = new TypeError("Failed to fetch dynamically imported module");

const house = { "GET /healthz": () => json({ status: "ok" }), "GET /": () => new Response("page") };

/** Opens a part that fails as often as told, and counts the reloads. */
function open(failures: number, version: string) {
  const load = vi.fn(async () => {
    if (load.mock.calls.length <= failures) throw missing;
    return room;
  });
  const Room = part(load, version);
  const reload = vi.fn();
  vi.stubGlobal("location", { href: "http://localhost:3000/", reload });
  show(
    <Broken>
      <Suspense fallback="waiting">
        <Room />
      </Suspense>
    </Broken>,
  );
  return { load, reload };
}

beforeEach(() => sessionStorage.clear());

describe("a part of the studio that cannot be fetched", () => {
  it("is fetched again when the house answers", async () => {
    playGateway(house);
    const { load, reload } = open(1, "v1");
    expect(await screen.findByText("The room")).toBeTruthy();
    expect(load).toHaveBeenCalledTimes(2);
    expect(reload).not.toHaveBeenCalled();
  });

  it("waits while nothing answers: a reload would lose the studio", async () => {
    let there = false;
    const page = () => {
      if (!there) throw new TypeError("network error");
      return new Response("page");
    };
    const gateway = playGateway({ "GET /healthz": page, "GET /": page });
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const { load, reload } = open(1, "v1");
      await vi.waitFor(() => expect(gateway.to("GET", "/")).toHaveLength(1));
      await vi.advanceTimersByTimeAsync(4_000);
      expect(gateway.to("GET", "/")).toHaveLength(2);
      expect(load).toHaveBeenCalledTimes(1);
      there = true;
      await vi.advanceTimersByTimeAsync(4_000);
      expect(load).toHaveBeenCalledTimes(2);
      expect(reload).not.toHaveBeenCalled();
    } finally {
      vi.useRealTimers();
    }
  });

  it("makes the page load anew after an upgrade, once, and then says so", async () => {
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    playGateway(house);
    const first = open(9, "v1");
    await waitFor(() => expect(first.reload).toHaveBeenCalledTimes(1));
    const second = open(9, "v1");
    expect(await screen.findByText(/missing at its host, also after a reload/)).toBeTruthy();
    expect(second.reload).not.toHaveBeenCalled();
    const upgraded = open(9, "v2");
    await waitFor(() => expect(upgraded.reload).toHaveBeenCalledTimes(1));
  });
});
