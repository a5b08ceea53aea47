import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { UndoToast } from "./a11y/UndoToast";
import { closeUndo } from "./a11y/undo";
import Conversations from "./Conversations";
import { openConversation } from "./chat/location";
import { violations } from "./testing/axe";
import { json, playGateway } from "./testing/gateway";
import { show } from "./testing/render";

interface Line {
  id: string;
  title: string;
  updatedAt: string;
}

const aLine = (id: string, title: string): Line => ({
  id,
  title,
  updatedAt: "2026-11-22T12:00:00Z",
});

/** A gateway that keeps these conversations: it searches, renames, deletes and restores them. */
function keep(...all: Line[]) {
  const titles = new Map(all.map(({ id, title }) => [id, title]));
  const deleted = new Set<string>();
  const lines = () =>
    all
      .filter(({ id }) => !deleted.has(id))
      .map((line) => ({ ...line, title: titles.get(line.id) ?? "" }));
  const empty = () => new Response(null, { status: 204 });
  const routes: Parameters<typeof playGateway>[0] = {
    "GET /api/conversations": ({ query }) => {
      const q = query.get("q");
      const found = lines().filter(({ title }) => !q || title.includes(q));
      return json(
        q ? found.map((line) => ({ ...line, match: `…all about ${q} and more` })) : found,
      );
    },
  };
  for (const { id } of all) {
    routes[`PATCH /api/conversations/${id}`] = ({ body }) => {
      titles.set(id, String(body.title));
      return json({ id, title: body.title });
    };
    routes[`DELETE /api/conversations/${id}`] = () => {
      deleted.add(id);
      return empty();
    };
    routes[`POST /api/conversations/${id}/restore`] = () => {
      deleted.delete(id);
      return json({ id });
    };
  }
  return playGateway(routes);
}

function open() {
  return show(
    <>
      <Conversations title={null} />
      <UndoToast />
    </>,
  );
}

const link = (name: string) => screen.findByRole("link", { name });
const button = (name: string) => screen.getByRole("button", { name });

beforeEach(() => {
  closeUndo();
  openConversation(null);
});

describe("a conversation in the list", () => {
  it("is renamed in its place, with Enter", async () => {
    const gateway = keep(aLine("c_1", "Boats"), aLine("c_2", "Lemons"));
    const { user } = open();
    await link("Boats");
    expect(await violations()).toEqual([]);
    await user.click(button("Rename Boats"));
    const field = screen.getByRole<HTMLInputElement>("textbox", { name: "New name" });
    expect(field.maxLength).toBe(120);
    await user.clear(field);
    await user.type(field, "  Ships {Enter}");
    expect(await link("Ships")).toBeTruthy();
    expect(gateway.to("PATCH", "/api/conversations/c_1").map(({ body }) => body)).toEqual([
      { title: "Ships" },
    ]);
  });

  it("keeps its name with Escape, and without words", async () => {
    const gateway = keep(aLine("c_1", "Boats"));
    const { user } = open();
    await link("Boats");
    await user.click(button("Rename Boats"));
    await user.keyboard("Ships{Escape}");
    expect(await link("Boats")).toBeTruthy();
    await user.click(button("Rename Boats"));
    await user.clear(screen.getByRole("textbox", { name: "New name" }));
    await user.keyboard("{Enter}");
    expect(await link("Boats")).toBeTruthy();
    expect(gateway.to("PATCH", "/api/conversations/c_1")).toHaveLength(0);
  });

  it("is shown with its old name when the server will not have the new one", async () => {
    playGateway({
      "GET /api/conversations": () => json([aLine("c_1", "Boats")]),
      "PATCH /api/conversations/c_1": () => json({ title: "x", detail: "Too long" }, 400),
    });
    const { user } = open();
    await link("Boats");
    await user.click(button("Rename Boats"));
    await user.keyboard("Ships{Enter}");
    expect(await screen.findByText("Too long")).toBeTruthy();
    expect(await link("Boats")).toBeTruthy();
  });

  it("is deleted with a way back, which is announced", async () => {
    const gateway = keep(aLine("c_1", "Boats"), aLine("c_2", "Lemons"));
    openConversation("c_1");
    const { user } = open();
    await link("Boats");
    await user.click(button("Delete Boats"));
    expect(await screen.findByText("Deleted “Boats”")).toBeTruthy();
    expect(screen.queryByRole("link", { name: "Boats" })).toBeNull();
    expect(screen.getByRole("status").textContent).toBe("Deleted “Boats”. Control Z undoes it.");
    expect(window.location.hash).toBe("#/");
    expect(document.activeElement).toBe(await link("Lemons"));
    expect(await violations()).toEqual([]);
    await user.click(button("Undo"));
    expect(await link("Boats")).toBeTruthy();
    expect(gateway.to("POST", "/api/conversations/c_1/restore")).toHaveLength(1);
    await waitFor(() => expect(window.location.hash).toBe("#/c/c_1"));
    expect(screen.queryByRole("button", { name: "Undo" })).toBeNull();
  });

  it("comes back with Control+Z too, but not while somebody writes", async () => {
    const gateway = keep(aLine("c_1", "Boats"), aLine("c_2", "Lemons"));
    const { user } = open();
    await link("Boats");
    await user.click(button("Delete Boats"));
    await screen.findByText("Deleted “Boats”");
    const restored = () => gateway.to("POST", "/api/conversations/c_1/restore");
    await user.click(screen.getByRole("searchbox"));
    await user.keyboard("{Control>}z{/Control}");
    expect(restored()).toHaveLength(0);
    (await link("Lemons")).focus();
    await user.keyboard("{Control>}z{/Control}");
    expect(await link("Boats")).toBeTruthy();
    expect(restored()).toHaveLength(1);
  });
});

describe("the way back", () => {
  it("goes after a while, but not while somebody is at it", async () => {
    keep(aLine("c_1", "Boats"));
    open();
    await link("Boats");
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      fireEvent.click(button("Delete Boats"));
      await vi.waitFor(() => button("Undo"));
      fireEvent.mouseEnter(screen.getByText("Deleted “Boats”").closest("div") ?? document.body);
      await act(() => vi.advanceTimersByTimeAsync(60_000));
      expect(button("Undo")).toBeTruthy();
      fireEvent.mouseLeave(screen.getByText("Deleted “Boats”").closest("div") ?? document.body);
      await act(() => vi.advanceTimersByTimeAsync(7_900));
      expect(button("Undo")).toBeTruthy();
      await act(() => vi.advanceTimersByTimeAsync(200));
      expect(screen.queryByRole("button", { name: "Undo" })).toBeNull();
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("the search", () => {
  it("waits for a pause, asks the server, and marks what it found", async () => {
    const gateway = keep(aLine("c_1", "Boats"), aLine("c_2", "Lemons"));
    const { user } = open();
    await link("Boats");
    await user.type(screen.getByRole("searchbox", { name: "Search conversations" }), "Boat");
    const found = await screen.findByText("Boat", { selector: "mark" });
    expect(found.closest("a")?.textContent).toBe("Boats…all about Boat and more");
    expect(screen.queryByRole("link", { name: /Lemons/ })).toBeNull();
    const asked = gateway.to("GET", "/api/conversations").map(({ query }) => query.get("q"));
    expect(asked).toEqual([null, "Boat"]);
    await waitFor(() => expect(screen.getByRole("status").textContent).toBe("1 found"));
    expect(await violations()).toEqual([]);
  });

  it("says when nothing says that", async () => {
    keep(aLine("c_1", "Boats"));
    const { user } = open();
    await link("Boats");
    await user.type(screen.getByRole("searchbox"), "zebra");
    expect(
      await screen.findByText("No conversation says that.", {
        selector: "p:not([class*=sr-only])",
      }),
    ).toBeTruthy();
  });
});

describe("a long list", () => {
  it("is shown page by page", async () => {
    const many = Array.from({ length: 51 }, (_, n) => aLine(`c_${n}`, `Chat ${n}`));
    const gateway = playGateway({
      "GET /api/conversations": ({ query }) =>
        json(query.get("before") === "c_49" ? many.slice(50) : many.slice(0, 50)),
    });
    const { user } = open();
    await link("Chat 0");
    await user.click(button("Earlier ones"));
    expect(await link("Chat 50")).toBeTruthy();
    const list = screen.getByRole("list", { name: "Conversations" });
    expect(within(list).getAllByRole("link")).toHaveLength(51);
    expect(screen.queryByRole("button", { name: "Earlier ones" })).toBeNull();
    expect(gateway.to("GET", "/api/conversations")).toHaveLength(2);
  });

  it("can be asked for again when it could not be loaded", async () => {
    let fails = true;
    playGateway({
      "GET /api/conversations": () =>
        fails ? json({ title: "Broken" }, 500) : json([aLine("c_1", "Boats")]),
    });
    const { user } = open();
    const again = await screen.findByRole("button", { name: "Try again" });
    fails = false;
    await user.click(again);
    expect(await link("Boats")).toBeTruthy();
  });
});
