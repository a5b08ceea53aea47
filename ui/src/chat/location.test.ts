import { beforeEach, describe, expect, it, vi } from "vitest";

/** The rooms as a page opened at this address finds them. */
async function openedAt(hash: string) {
  vi.resetModules();
  localStorage.clear();
  window.history.replaceState(null, "", `/${hash}`);
  const { openConversation } = await import("./location");
  return openConversation;
}

beforeEach(() => window.history.replaceState(null, "", "/"));

describe("an address", () => {
  it("that was cut in the middle of a character opens the studio, with an empty room", async () => {
    const open = await openedAt("#/c/conv%E0%A4");
    open("conv_1");
    expect(window.location.hash).toBe("#/c/conv_1");
  });

  it("names a conversation", async () => {
    await openedAt("#/c/conv%201");
    expect(JSON.parse(localStorage.getItem("aquatint.conversation") ?? "null")).toBeNull();
    expect(window.location.hash).toBe("#/c/conv%201");
  });
});
