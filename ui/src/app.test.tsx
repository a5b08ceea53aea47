import { act, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { App } from "./app";
import { openConversation } from "./chat/location";
import { eventStream, type Frame, frameText, json, later, playGateway } from "./testing/gateway";
import { anItem, bought } from "./testing/items";
import { show } from "./testing/render";

const about = (changes = {}) =>
  json({ version: "0.1.0", demo: false, chat: true, user: { id: "local", name: "" }, ...changes });

const usage = (imagesThisHour = 3, imagesToday = 43) =>
  json({
    today: { spent: 1.42, held: 0, images: 7 },
    limits: { imagesPerHour: 10, imagesPerDay: 50, dailyCost: 10 },
    remaining: { cost: 8.58, imagesThisHour, imagesToday },
  });

const examples = () =>
  json([
    { tier: "fast", prompt: "A quick sketch", cost: 0.0059, model: "m-flare", provider: "openai" },
  ]);

const house = {
  "GET /api/about": () => about(),
  "GET /api/usage": () => usage(),
  "GET /api/conversations": () => json([]),
  "GET /api/quotes": () => json([]),
  "GET /api/catalog/examples": examples,
};

const item = anItem();

/** What the server says in one turn, from its `status` to its end. */
const answer = (conversationId: string): Frame[] =>
  [
    { event: "status", data: { status: "processing", turn: "turn_1", conversationId } },
    { event: "delta", data: { content: "Here is **a quote**." } },
    {
      event: "message_complete",
      data: {
        role: "assistant",
        content: "Here is **a quote**.",
        llmApiCalls: [],
        imageGenerations: [item],
      },
    },
    { event: "complete", data: { status: "success", cost: 0 } },
  ].map((frame, index) => ({ ...frame, id: `turn_1:${index + 1}` }));

const field = () => screen.findByRole("textbox", { name: "Message" });

beforeEach(() => openConversation(null));

describe("the empty room", () => {
  it("teaches with prompts and prices, and shows the budget", async () => {
    playGateway(house);
    show(<App />, { region: false });
    expect(
      await screen.findByRole("button", { name: /fast.*\$0.0059.*A quick sketch/ }),
    ).toBeTruthy();
    expect(screen.getByRole("region", { name: "Budget" }).textContent).toContain(
      "Today $1.42 of $10.00",
    );
    expect(screen.getByText("7 of 10 images this hour")).toBeTruthy();
    expect(screen.getByText("3 images left")).toBeTruthy();
    expect(screen.queryByText(/Simulated providers/)).toBeNull();
  });

  it("draws no meter where nothing is limited", async () => {
    const none = { imagesPerHour: null, imagesPerDay: null, dailyCost: null };
    const left = { cost: null, imagesThisHour: null, imagesToday: null };
    const today = { spent: 0.57, held: 0, images: 64 };
    const free = () => json({ today, limits: none, remaining: left });
    playGateway({ ...house, "GET /api/usage": free });
    show(<App />, { region: false });
    const budget = await screen.findByRole("region", { name: "Budget" });
    expect(budget.textContent).toBe("Today $0.5764 images");
    expect(within(budget).queryByRole("progressbar")).toBeNull();
  });

  it("names the day's limit when that ends first", async () => {
    playGateway({ ...house, "GET /api/usage": () => usage(10, 2) });
    show(<App />, { region: false });
    expect(await screen.findByText("48 of 50 images today")).toBeTruthy();
    expect(screen.getByText("2 images left")).toBeTruthy();
  });

  it("says plainly that a demo is one", async () => {
    playGateway({ ...house, "GET /api/about": () => about({ demo: true }) });
    show(<App />, { region: false });
    expect(
      await screen.findByText(
        "Simulated providers: pictures are drawn locally, prices are not charged",
      ),
    ).toBeTruthy();
  });

  it("is calm while the gateway takes its time", async () => {
    const late = later<Response>();
    playGateway({ ...house, "GET /api/about": () => late.promise });
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      show(<App />, { region: false });
      await act(() => vi.advanceTimersByTimeAsync(900));
      expect(screen.queryByText(/Waiting for the gateway/)).toBeNull();
      await act(() => vi.advanceTimersByTimeAsync(200));
      expect(screen.getByRole("status").textContent).toContain(
        "Waiting for the gateway to answer…",
      );
    } finally {
      vi.useRealTimers();
    }
    late.resolve(about());
    expect(await screen.findByRole("textbox", { name: "Message" })).toBeTruthy();
  });

  it("says so when there is no gateway", async () => {
    playGateway({});
    show(<App />, { region: false });
    expect(await screen.findByText(/The gateway does not answer/)).toBeTruthy();
  });
});

describe("quotes that wait for their owner", () => {
  const asked = { keyId: "key_1", keyName: "posters", reason: "Too dear", at: "2026-11-22" };

  it("are counted beside the studio, and open as a page of their own", async () => {
    playGateway({ ...house, "GET /api/quotes": () => json([{ ...anItem(), asked }]) });
    const { user } = show(<App />, { region: false });
    await user.click(await screen.findByRole("link", { name: "Waiting quotes 1" }));
    expect(await screen.findByRole("heading", { name: "Waiting quotes" })).toBeTruthy();
    expect(await screen.findByText(/Asked by the API key “posters”/)).toBeTruthy();
  });

  it("have no line of their own while there are none", async () => {
    const gateway = playGateway(house);
    show(<App />, { region: false });
    await screen.findByRole("link", { name: "Usage" });
    await waitFor(() => expect(gateway.to("GET", "/api/quotes")).toHaveLength(1));
    expect(screen.queryByRole("link", { name: /Waiting/ })).toBeNull();
  });
});

describe("a chat", () => {
  it("sends with Enter, shows the quote, says it is ready and names the conversation", async () => {
    const gateway = playGateway({ ...house, "POST /chat": () => eventStream(answer("c_1")) });
    const { user } = show(<App />, { region: false });
    expect((await screen.findByRole("button", { name: "Send" })).hasAttribute("disabled")).toBe(
      true,
    );
    await user.type(await field(), "A sunset{Shift>}{Enter}{/Shift}please{Enter}");
    expect(await screen.findByRole("button", { name: /^Generate Image for/ })).toBeTruthy();
    expect(gateway.to("POST", "/chat")[0]?.body).toEqual({
      messages: [{ role: "user", content: "A sunset\nplease" }],
    });
    expect(screen.getByText("a quote").tagName).toBe("STRONG");
    expect(screen.getByRole("status").textContent).toBe("Quote ready: 9 cents, OpenAI");
    expect(window.location.hash).toBe("#/c/c_1");
    expect(screen.getByRole("log").getAttribute("aria-live")).toBe("off");
  });

  it("shows after a reload what the server has", async () => {
    openConversation("c_2");
    const stored = [
      { id: "m1", role: "user", content: "A sunset" },
      { id: "m2", role: "assistant", content: "Here.", imageGenerations: [bought(anItem())] },
    ];
    playGateway({
      ...house,
      "GET /api/conversations/c_2": () => json({ id: "c_2", title: "Sunset", messages: stored }),
    });
    show(<App />, { region: false });
    expect(await screen.findByRole("img")).toBeTruthy();
    expect(screen.getByText("Sunset")).toBeTruthy();
  });

  it("rejoins the turn that was running when the page was reloaded", async () => {
    openConversation("c_3");
    const kept = { turn: "turn_1", conversationId: "c_3", question: "A sunset" };
    sessionStorage.setItem("aquatint.turn", JSON.stringify(kept));
    const messages = [{ id: "m1", role: "user", content: "A sunset" }];
    playGateway({
      ...house,
      "GET /api/conversations/c_3": () => json({ id: "c_3", title: "Sunset", messages }),
      "GET /chat/turn_1/events": () => eventStream(answer("c_3")),
    });
    show(<App />, { region: false });
    expect(await screen.findByRole("button", { name: /^Generate Image for/ })).toBeTruthy();
    expect(screen.getAllByText("A sunset")).toHaveLength(1);
  });

  it("is stopped on the server, which keeps what was said", async () => {
    let tell: (frames: readonly Frame[]) => void = () => undefined;
    const gateway = playGateway({
      ...house,
      "POST /chat": () => {
        const body = new ReadableStream<Uint8Array>({
          start(controller) {
            const encoder = new TextEncoder();
            tell = (frames) => controller.enqueue(encoder.encode(frames.map(frameText).join("")));
            tell(answer("c_6").slice(0, 2));
          },
        });
        return new Response(body);
      },
      "POST /chat/turn_1/stop": () => {
        tell([
          { id: "turn_1:3", event: "status", data: { status: "stopping" } },
          {
            id: "turn_1:4",
            event: "message_complete",
            data: { role: "assistant", content: "Here is **a quote**." },
          },
          { id: "turn_1:5", event: "complete", data: { status: "stopped", cost: 0 } },
        ]);
        return new Response(null, { status: 204 });
      },
    });
    const { user } = show(<App />, { region: false });
    await user.type(await field(), "A sunset{Enter}");
    await screen.findByText("a quote");
    await user.click(screen.getByRole("button", { name: "Stop" }));
    expect(await screen.findByText("Stopped")).toBeTruthy();
    expect(screen.getAllByText("a quote")).toHaveLength(1);
    expect(screen.getByRole("button", { name: "Send again" })).toBeTruthy();
    expect(gateway.to("POST", "/chat/turn_1/stop")).toHaveLength(1);
  });

  it("can be left where it cannot be stopped, and taken up again", async () => {
    playGateway({
      ...house,
      "POST /chat": ({ signal }) => {
        const frames = answer("c_4").slice(0, 2);
        const body = new ReadableStream<Uint8Array>({
          start(controller) {
            const text = frames
              .map(
                ({ id, event, data }) =>
                  `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`,
              )
              .join("");
            controller.enqueue(new TextEncoder().encode(text));
            signal?.addEventListener("abort", () => controller.error(new Error("aborted")));
          },
        });
        return new Response(body);
      },
      "GET /chat/turn_1/events": () => eventStream(answer("c_4")),
    });
    const { user } = show(<App />, { region: false });
    await user.type(await field(), "A sunset{Enter}");
    await screen.findByText("a quote");
    await user.click(screen.getByRole("button", { name: "Stop" }));
    await user.click(await screen.findByRole("button", { name: "Show the rest" }));
    expect(await screen.findByRole("button", { name: /^Generate Image for/ })).toBeTruthy();
    expect(screen.getAllByText("a quote")).toHaveLength(1);
  });

  it("shows an error and sends the same words again", async () => {
    let times = 0;
    const refused = () => json({ title: "Bad Gateway", detail: "No model", code: "x" }, 502);
    const gateway = playGateway({
      ...house,
      "POST /chat": () => (times++ === 0 ? refused() : eventStream(answer("c_5"))),
    });
    const { user } = show(<App />, { region: false });
    await user.type(await field(), "A sunset{Enter}");
    await screen.findByText("No model");
    await user.click(screen.getByRole("button", { name: "Send again" }));
    expect(await screen.findByRole("button", { name: /^Generate Image for/ })).toBeTruthy();
    expect(screen.queryByText("No model")).toBeNull();
    expect(gateway.to("POST", "/chat")).toHaveLength(2);
    expect(screen.getAllByText("A sunset").filter((e) => e.closest('[role="log"]'))).toHaveLength(
      1,
    );
  });

  it("copies with a toast", async () => {
    openConversation("c_6");
    const picture = bought(anItem());
    const messages = [{ id: "m", role: "assistant", content: "", imageGenerations: [picture] }];
    playGateway({
      ...house,
      "GET /api/conversations/c_6": () => json({ id: "c_6", title: "", messages }),
    });
    const { user } = show(<App />, { region: false });
    await user.click(await screen.findByRole("button", { name: "Copy" }));
    expect(await screen.findByText("Image URL copied to clipboard!")).toBeTruthy();
    expect(await navigator.clipboard.readText()).toContain(`image-of-${picture.id}/content`);
    await user.click(screen.getByRole("button", { name: "Grab" }));
    expect(await screen.findByText("Markdown copied to clipboard!")).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "LLM Info" }));
    expect((await screen.findByRole("dialog", { name: "LLM Info" })).textContent).toContain(
      "$0.0937",
    );
  });

  it("leaves a conversation that the server does not have", async () => {
    openConversation("c_7");
    playGateway({
      ...house,
      "GET /api/conversations/c_7": () => json({ title: "Not Found" }, 404),
    });
    show(<App />, { region: false });
    expect(await screen.findByRole("heading", { name: /Describe a picture/ })).toBeTruthy();
    await waitFor(() => expect(window.location.hash).toBe("#/"));
  });
});

describe("the list of conversations", () => {
  const titles = (...ids: string[]) =>
    json(ids.map((id) => ({ id, title: `About ${id}`, updatedAt: "2026-11-22T12:00:00Z" })));
  const said = (id: string) => () =>
    json({ id, title: `About ${id}`, messages: [{ id: "m", role: "user", content: `Say ${id}` }] });

  it("marks the open one, and opens another", async () => {
    openConversation("l_1");
    playGateway({
      ...house,
      "GET /api/conversations": () => titles("l_2", "l_1"),
      "GET /api/conversations/l_1": said("l_1"),
      "GET /api/conversations/l_2": said("l_2"),
    });
    const { user } = show(<App />, { region: false });
    const other = await screen.findByRole("link", { name: "About l_2" });
    const link = (name: string) => screen.getByRole("link", { name });
    const list = screen.getByRole("list", { name: "Conversations" });
    expect(
      within(list)
        .getAllByRole("link")
        .map((one) => one.textContent),
    ).toEqual(["About l_2", "About l_1"]);
    expect(link("About l_1").getAttribute("aria-current")).toBe("page");
    expect(other.getAttribute("aria-current")).toBeNull();
    await user.click(other);
    expect(await screen.findByText("Say l_2")).toBeTruthy();
    expect(link("About l_2").getAttribute("aria-current")).toBe("page");
    expect(link("About l_1").getAttribute("aria-current")).toBeNull();
  });

  it("has the new conversation after its turn", async () => {
    let asked = false;
    playGateway({
      ...house,
      "POST /chat": () => {
        asked = true;
        return eventStream(answer("l_3"));
      },
      "GET /api/conversations": () => (asked ? titles("l_3") : titles()),
    });
    const { user } = show(<App />, { region: false });
    expect(await screen.findByText("No conversations yet.")).toBeTruthy();
    await user.type(await field(), "A sunset{Enter}");
    const link = await screen.findByRole("link", { name: "About l_3" });
    expect(link.getAttribute("aria-current")).toBe("page");
  });

  it("opens from the top bar, and closes when one is chosen", async () => {
    playGateway({
      ...house,
      "GET /api/conversations": () => titles("l_4"),
      "GET /api/conversations/l_4": said("l_4"),
    });
    const { user } = show(<App />, { region: false });
    await user.click(await screen.findByRole("button", { name: "Menu" }));
    const dialog = await screen.findByRole("dialog", { name: "Menu" });
    await user.click(await within(dialog).findByRole("link", { name: "About l_4" }));
    expect(await screen.findByText("Say l_4")).toBeTruthy();
    expect(screen.queryByRole("dialog")).toBeNull();
  });
});

describe("without a chat model", () => {
  const direct = { ...house, "GET /api/about": () => about({ chat: false }) };

  it("quotes what is written, and shows it again after a reload", async () => {
    const quote = anItem({ prompt: "A lighthouse" });
    const gateway = playGateway({ ...direct, "POST /api/quotes": () => json(quote, 201) });
    const { user } = show(<App />, { region: false });
    await user.type(await field(), "A lighthouse{Enter}");
    expect(await screen.findByRole("button", { name: /^Generate Image for/ })).toBeTruthy();
    expect(gateway.to("POST", "/api/quotes")[0]?.body).toEqual({ prompt: "A lighthouse" });
    expect(JSON.parse(localStorage.getItem("aquatint.quotes") ?? "")).toEqual([
      { question: "A lighthouse", id: quote.id },
    ]);
  });

  it("shows kept quotes as the server has them now", async () => {
    const quote = anItem();
    localStorage.setItem("aquatint.quotes", JSON.stringify([{ question: "Old", id: quote.id }]));
    playGateway({ ...direct, [`GET /api/quotes/${quote.id}`]: () => json(bought(quote)) });
    show(<App />, { region: false });
    expect(await screen.findByRole("img")).toBeTruthy();
  });

  it("is busy while a price is asked for, and shows a refusal", async () => {
    const priced = later<Response>();
    playGateway({ ...direct, "POST /api/quotes": () => priced.promise });
    const { user } = show(<App />, { region: false });
    await user.type(await field(), "eval({Enter}");
    expect(await screen.findByText("Asking for a price…")).toBeTruthy();
    priced.resolve(json({ title: "x", detail: "Invalid prompt content", code: "p" }, 422));
    expect(await screen.findByText("Invalid prompt content")).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "Edit prompt" }));
    expect(await field()).toHaveProperty("value", "eval(");
  });
});
