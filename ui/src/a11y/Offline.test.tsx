import { act, screen } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { noteReach, reachable } from "../api/reach";
import { violations } from "../testing/axe";
import { json, playGateway } from "../testing/gateway";
import { show } from "../testing/render";
import { Offline } from "./Offline";

const bar = () => screen.queryByRole("complementary", { name: "Connection" });

beforeEach(() => noteReach(true));

describe("the bar about the connection", () => {
  it("comes when a request gets no answer, and goes by itself with the next one", async () => {
    let there = false;
    playGateway({
      "GET /healthz": () => {
        if (!there) throw new TypeError("network error");
        return json({ status: "ok" });
      },
    });
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    try {
      show(<Offline />);
      expect(bar()).toBeNull();
      act(() => noteReach(false));
      expect(bar()?.textContent).toContain("The gateway does not answer: nothing is lost.");
      expect(screen.getByRole("status").textContent).toBe(
        "The gateway does not answer: nothing is lost",
      );
      await act(() => vi.advanceTimersByTimeAsync(9_000));
      expect(bar()).toBeTruthy();
      there = true;
      await act(() => vi.advanceTimersByTimeAsync(4_000));
      expect(bar()).toBeNull();
      expect(screen.getByRole("status").textContent).toBe("Connected again");
    } finally {
      vi.useRealTimers();
    }
  });

  it("says so when it is the browser that is offline, once the gateway is out of reach", async () => {
    vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
    playGateway({});
    show(<Offline />);
    act(() => void window.dispatchEvent(new Event("offline")));
    expect(
      await screen.findByText(/You are offline: nothing is lost/, { selector: "b" }),
    ).toBeTruthy();
    expect(await violations()).toEqual([]);
  });

  it("does not come while the gateway answers, as one on this machine does", async () => {
    const gateway = playGateway({ "GET /healthz": () => json({ status: "ok" }) });
    show(<Offline />);
    act(() => void window.dispatchEvent(new Event("offline")));
    await vi.waitFor(() => expect(gateway.to("GET", "/healthz")).toHaveLength(1));
    expect(reachable.get()).toBe(true);
    expect(bar()).toBeNull();
  });
});
