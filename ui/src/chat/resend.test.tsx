import { screen, within } from "@testing-library/react";
import { beforeEach, describe, expect, it } from "vitest";
import { App } from "../app";
import { violations } from "../testing/axe";
import { eventStream, json, playGateway } from "../testing/gateway";
import { show } from "../testing/render";
import { draft } from "./draft";
import { openConversation } from "./location";
import { pick, resetPicks } from "./picks";

const said = (id: string, role: string, content: string) => ({ id, role, content });

const frames = (content: string, named = {}) =>
  [
    {
      event: "status",
      data: { status: "processing", turn: "turn_9", conversationId: "e_1", ...named },
    },
    { event: "message_complete", data: { role: "assistant", content } },
    { event: "complete", data: { status: "success" } },
  ].map((frame, index) => ({ ...frame, id: `turn_9:${index + 1}` }));

const house = {
  "GET /api/about": () => json({ version: "0", demo: false, chat: true, user: null }),
  "GET /api/quotes": () => json([]),
  "GET /api/usage": () => json({ title: "none" }, 404),
  "GET /api/conversations": () => json([]),
  "GET /api/catalog/examples": () => json([]),
};

/** A conversation of two questions, the second the same as the first. */
const messages = [
  said("m_1", "user", "A boat"),
  said("m_2", "assistant", "One boat."),
  said("m_3", "user", "A boat"),
  said("m_4", "assistant", "Two boats."),
];

const play = (id: string, routes: Parameters<typeof playGateway>[0]) =>
  playGateway({
    ...house,
    [`GET /api/conversations/${id}`]: () => json({ id, title: "Boats", messages }),
    ...routes,
  });

const log = () => within(screen.getByRole("log"));

async function edit(user: ReturnType<typeof show>["user"], place: number, words: string) {
  await user.click(
    (await screen.findAllByRole("button", { name: "Edit message" }))[place] as Element,
  );
  const field = screen.getByRole("textbox", { name: "Edit message" });
  await user.clear(field);
  await user.type(field, words);
}

beforeEach(() => {
  draft.set("");
  resetPicks();
});

describe("editing what was said", () => {
  it("sends other words in its place and drops what came after", async () => {
    openConversation("e_1");
    const gateway = play("e_1", { "POST /chat": () => eventStream(frames("A ship.")) });
    pick({ quality: "high" });
    const { user } = show(<App />, { region: false });
    await edit(user, 1, "A ship{Control>}{Enter}{/Control}");
    expect(await log().findByText("A ship.")).toBeTruthy();
    expect(gateway.to("POST", "/chat")[0]?.body).toEqual({
      messages: [{ role: "user", content: "A ship" }],
      conversationId: "e_1",
      replaceFrom: "m_3",
      preferences: { quality: "high" },
    });
    expect(log().queryByText("Two boats.")).toBeNull();
    expect(log().getByText("One boat.")).toBeTruthy();
  });

  it("finds the server's name of what was said on this page", async () => {
    openConversation("e_2");
    const stored = [...messages];
    const gateway = play("e_2", {
      "GET /api/conversations/e_2": () => json({ id: "e_2", title: "Boats", messages: stored }),
      "POST /chat": ({ body }) => {
        if (!body.replaceFrom) stored.push(said("m_5", "user", "A boat"));
        return eventStream(frames("Third."));
      },
    });
    const { user } = show(<App />, { region: false });
    await screen.findByText("Two boats.");
    await user.type(screen.getByRole("textbox", { name: "Message" }), "A boat{Enter}");
    await log().findByText("Third.");
    await edit(user, 2, "A ship");
    await user.click(screen.getByRole("button", { name: "Send again" }));
    await log().findByText("A ship");
    expect(gateway.to("POST", "/chat")[1]?.body).toMatchObject({ replaceFrom: "m_5" });
  });

  it("goes by the name that the server told, not by the words", async () => {
    openConversation("e_6");
    const stored = [...messages];
    const gateway = play("e_6", {
      "GET /api/conversations/e_6": () => json({ id: "e_6", title: "Boats", messages: stored }),
      "POST /chat": ({ body }) => {
        if (body.replaceFrom) return eventStream(frames("Ahoy."));
        stored.push(said("m_5", "user", "A boat"), said("m_6", "user", "A boat"));
        return eventStream(frames("Third.", { messageId: "m_6" }));
      },
    });
    const { user } = show(<App />, { region: false });
    await screen.findByText("Two boats.");
    await user.type(screen.getByRole("textbox", { name: "Message" }), "A boat{Enter}");
    await log().findByText("Third.");
    await edit(user, 2, "A ship");
    await user.click(screen.getByRole("button", { name: "Send again" }));
    await log().findByText("Ahoy.");
    expect(gateway.to("POST", "/chat")[1]?.body).toMatchObject({ replaceFrom: "m_6" });
  });

  it("puts everything back when the server will not have it, and loses no word", async () => {
    openConversation("e_3");
    play("e_3", { "POST /chat": () => json({ title: "x", detail: "Too long", code: "c" }, 400) });
    const { user } = show(<App />, { region: false });
    await edit(user, 0, "A ship");
    await user.click(screen.getByRole("button", { name: "Send again" }));
    expect(await screen.findByText("Too long")).toBeTruthy();
    expect(log().getByText("Two boats.")).toBeTruthy();
    expect(draft.get()).toBe("A ship");
  });

  it("can be left again with Escape", async () => {
    openConversation("e_4");
    const gateway = play("e_4", {});
    const { user } = show(<App />, { region: false });
    await edit(user, 0, "A ship");
    expect(await violations()).toEqual([]);
    await user.keyboard("{Escape}");
    expect(log().getAllByText("A boat")).toHaveLength(2);
    expect(gateway.to("POST", "/chat")).toHaveLength(0);
  });
});

describe("copying what was said", () => {
  it("takes a question, an answer, or the code in it", async () => {
    openConversation("e_5");
    const answer = "Run:\n\n```sh\nls -l\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |";
    const both = [said("m_1", "user", "How?"), said("m_2", "assistant", answer)];
    play("e_5", {
      "GET /api/conversations/e_5": () => json({ id: "e_5", title: "Code", messages: both }),
    });
    const { user } = show(<App />, { region: false });
    await user.click(await screen.findByRole("button", { name: "Copy code" }));
    expect(await navigator.clipboard.readText()).toBe("ls -l");
    await user.click(screen.getByRole("button", { name: "Copy answer" }));
    expect(await navigator.clipboard.readText()).toBe(answer);
    await user.click(screen.getByRole("button", { name: "Copy message" }));
    expect(await navigator.clipboard.readText()).toBe("How?");
    expect(screen.getByRole("columnheader", { name: "b" })).toBeTruthy();
    expect(await violations()).toEqual([]);
  });
});
