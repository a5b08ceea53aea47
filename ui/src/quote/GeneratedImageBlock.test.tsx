import { act, cleanup, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Item, Usage } from "../api/types";
import { eventStream, json, later, playGateway } from "../testing/gateway";
import { aCall, anItem, bought } from "../testing/items";
import { show } from "../testing/render";
import { GeneratedImageBlock } from "./GeneratedImageBlock";

function showCard(item: Item) {
  const on = {
    onCopy: vi.fn(),
    onGrab: vi.fn(),
    onLlmInfo: vi.fn(),
    onEdit: vi.fn(),
    onUseAgain: vi.fn(),
  };
  return { ...show(<GeneratedImageBlock data={item} {...on} />), on };
}

const button = (name: RegExp | string) => screen.getByRole("button", { name });
const payButton = () => button(/^Generate Image for/);

const aBudget = (left: number): Usage => ({
  today: { spent: 10 - left, held: 0, images: 3 },
  limits: { dailyCost: 10, imagesPerDay: null, imagesPerHour: null },
  remaining: { cost: left, imagesToday: null, imagesThisHour: null },
});

describe("pending", () => {
  it("promises a price and its ceiling, and says who makes it", () => {
    showCard(anItem());
    expect(payButton().textContent).toBe("Generate Image for $0.0937");
    expect(payButton().getAttribute("aria-label")).toContain("gpt-image-2.6-sunburst");
    expect(screen.getByText("Never more than $0.0958").parentElement?.textContent).toContain(
      "Never more than $0.0958, fallback included.",
    );
    expect(screen.getAllByText("OpenAI")[0]?.className).toContain("bg-openai-wash");
    expect(screen.getByText("ultra", { selector: "span" })).toBeTruthy();
    expect(screen.getByText("1024×1024", { selector: "span" })).toBeTruthy();
  });

  it("says what is left of today's budget", async () => {
    playGateway({ "GET /api/usage": () => json(aBudget(8.58)) });
    showCard(anItem());
    expect(await screen.findByText("$8.58 left of today's $10.00.")).toBeTruthy();
  });

  it("warns when it may cost more than is left", async () => {
    playGateway({ "GET /api/usage": () => json(aBudget(0.05)) });
    showCard(anItem());
    expect(await screen.findByText(/\$0.0500 left: less than this may cost/)).toBeTruthy();
  });

  it("tells the words that decided and why others were passed over", () => {
    showCard(anItem());
    expect(screen.getByText("photorealistic", { selector: "mark" })).toBeTruthy();
    expect(screen.getByText("API key not configured")).toBeTruthy();
  });

  it("names what was changed for the model", () => {
    showCard(anItem({ warnings: ["Size changed to 1024x1024"] }));
    expect(screen.getByText("Size changed to 1024x1024")).toBeTruthy();
  });

  it("confirms an alternative at the alternative's price", async () => {
    const item = anItem();
    const gateway = playGateway({
      "POST /generate-image": () => later<Response>().promise,
    });
    const { user } = showCard(item);
    await user.click(screen.getByRole("radio", { name: /flux-1.1-pro-ultra/ }));
    expect(payButton().textContent).toBe("Generate Image for $0.0600");
    expect(screen.getByText("Never more than $0.0612")).toBeTruthy();
    expect(screen.getByText(/The button above now says/).textContent).toBe(
      "The button above now says $0.0600, never more than $0.0612.",
    );
    await user.click(payButton());
    expect(gateway.to("POST", "/generate-image")[0]?.body).toEqual({
      prompt: item.prompt,
      provider: "replicate",
      model: "flux-1.1-pro-ultra",
      modelKey: "replicate-flux-1.1-pro-ultra",
      size: "1024x768",
      quality: "ultra",
      quoteId: item.quoteId,
      candidate: "replicate-flux-1.1-pro-ultra",
    });
    expect(screen.getByText("Generating image with Replicate...")).toBeTruthy();
  });

  it("speaks of its expiry in its last minute only", () => {
    const { client } = showCard(anItem({ expiresAt: new Date(Date.now() + 90_000).toISOString() }));
    expect(screen.queryByText(/This price holds/)).toBeNull();
    client.clear();
    showCard(anItem({ expiresAt: new Date(Date.now() + 30_000).toISOString() }));
    expect(screen.getByText(/This price holds for another \d+ s/)).toBeTruthy();
  });

  it("asks the server when its time is over", async () => {
    const item = anItem({ expiresAt: new Date(Date.now() - 1).toISOString() });
    playGateway({ [`GET /api/quotes/${item.id}`]: () => json({ ...item, status: "expired" }) });
    showCard(item);
    expect(await screen.findByText("The price $0.0937 has expired")).toBeTruthy();
  });
});

describe("confirming", () => {
  it("buys one image for a double click, and shows it", async () => {
    const item = anItem();
    const answer = later<Response>();
    let truth = item;
    const gateway = playGateway({
      "POST /generate-image": () => answer.promise,
      [`GET /api/quotes/${item.id}`]: () => json(truth),
    });
    showCard(item);
    act(() => {
      payButton().click();
      payButton().click();
    });
    expect(await screen.findByText("Generating image with OpenAI...")).toBeTruthy();
    expect(gateway.to("POST", "/generate-image")).toHaveLength(1);
    expect(gateway.to("POST", "/generate-image")[0]?.body).not.toHaveProperty("candidate");

    truth = bought(item);
    answer.resolve(json({ success: true, ...truth }));
    expect((await screen.findByRole("img")).getAttribute("src")).toBe(
      `http://localhost:3000/api/images/image-of-${item.id}/content`,
    );
    await waitFor(() =>
      expect(screen.getByRole("status").textContent).toBe("Image ready in 6 seconds"),
    );
  });

  it("can be cancelled while its confirmation waits for the image", async () => {
    const item = anItem();
    playGateway({
      "POST /generate-image": () => later<Response>().promise,
      "GET /api/generations/gen_1/events": () => later<Response>().promise,
      [`GET /api/quotes/${item.id}`]: () =>
        json({ ...item, status: "generating", generationId: "gen_1", attempts: [] }),
    });
    const { user } = showCard(item);
    await user.click(payButton());
    expect(await screen.findByRole("button", { name: /^Cancel/ }, { timeout: 3000 })).toBeTruthy();
  });

  it("keeps the price and says why when a limit forbids it", async () => {
    const item = anItem();
    playGateway({
      "POST /generate-image": () =>
        json({ success: false, error: "Daily cost limit exceeded ($10/day)" }, 402),
      [`GET /api/quotes/${item.id}`]: () => json(item),
    });
    const { user } = showCard(item);
    await user.click(payButton());
    expect(await screen.findByText("Daily cost limit exceeded ($10/day)")).toBeTruthy();
    expect(payButton()).toBeTruthy();
  });

  it("says when a limit ends", async () => {
    const item = anItem();
    const resetsAt = new Date();
    resetsAt.setHours(23, 59, 0, 0);
    const error = "Hourly limit exceeded (10 images/hour); 0 left";
    playGateway({
      "POST /generate-image": () =>
        json({ success: false, error, code: "limit", resetsAt: resetsAt.toISOString() }, 429),
      [`GET /api/quotes/${item.id}`]: () => json(item),
    });
    const { user } = showCard(item);
    await user.click(payButton());
    expect(await screen.findByText(error)).toBeTruthy();
    expect(screen.getByText(/^This limit ends at (23:59|11:59\sPM)\.$/)).toBeTruthy();
  });

  it("asks for the confirming token when the item came without one", async () => {
    const item = anItem({ quoteId: null });
    const gateway = playGateway({
      [`GET /api/quotes/${item.id}`]: () => json({ ...item, quoteId: "fresh" }),
      "POST /generate-image": () => later<Response>().promise,
    });
    const { user } = showCard(item);
    await user.click(payButton());
    await waitFor(() =>
      expect(gateway.to("POST", "/generate-image")[0]?.body.quoteId).toBe("fresh"),
    );
  });

  it("shows what the server knows when the connection breaks", async () => {
    const item = anItem();
    playGateway({
      "POST /generate-image": () => Promise.reject(new TypeError("network")),
      [`GET /api/quotes/${item.id}`]: () => json(bought(item)),
    });
    const { user } = showCard(item);
    await user.click(payButton());
    expect(await screen.findByRole("img")).toBeTruthy();
  });
});

describe("a confirmation without an answer", () => {
  beforeEach(() => void vi.useFakeTimers({ shouldAdvanceTime: true }));
  afterEach(() => void vi.useRealTimers());

  /** The gateway is away for the confirmation and one question, then tells `truth`. */
  function confirmUnanswered(item: Item, truth: Item) {
    let answers = false;
    const gateway = playGateway({
      "POST /generate-image": () => Promise.reject(new TypeError("network")),
      [`GET /api/quotes/${item.id}`]: () =>
        answers ? json(truth) : Promise.reject(new TypeError("network")),
    });
    showCard(item);
    act(() => payButton().click());
    const answer = async () => {
      answers = true;
      await act(() => vi.advanceTimersByTimeAsync(3000));
    };
    return { gateway, answer };
  }

  const title = "The gateway did not answer your confirmation";
  const noPrice = () => expect(screen.queryByRole("button", { name: /^Generate/ })).toBeNull();

  it("offers no price until the gateway has told, then shows the image", async () => {
    const item = anItem();
    const { gateway, answer } = confirmUnanswered(item, bought(item));
    expect(await screen.findByText(title)).toBeTruthy();
    await act(() => vi.advanceTimersByTimeAsync(6000));
    expect(gateway.to("GET", `/api/quotes/${item.id}`).length).toBeGreaterThan(1);
    expect(screen.getByText(title)).toBeTruthy();
    noPrice();
    await answer();
    expect(await screen.findByRole("img")).toBeTruthy();
    expect(gateway.to("POST", "/generate-image")).toHaveLength(1);
  });

  it("offers the price again once the gateway says that nothing was bought", async () => {
    const item = anItem();
    const { answer } = confirmUnanswered(item, item);
    expect(await screen.findByText(title)).toBeTruthy();
    noPrice();
    await answer();
    expect(await screen.findByText(/has bought nothing so far/)).toBeTruthy();
    expect(payButton()).toBeTruthy();
    expect(screen.queryByText(title)).toBeNull();
  });
});

describe("generating", () => {
  const generating = (changes: Partial<Item> = {}) =>
    anItem({
      status: "generating",
      generationId: "gen_1",
      startedAt: new Date(Date.now() - 12_000).toISOString(),
      attempts: [],
      ...changes,
    });

  it("shows elapsed against usual time, and follows the generation to its end", async () => {
    const item = generating();
    const ended = later<Response>();
    playGateway({
      "GET /api/generations/gen_1/events": () => ended.promise,
      [`GET /api/quotes/${item.id}`]: () => json(bought(item)),
    });
    showCard(item);
    expect(screen.getByText(/^12 s of usually 35 s/)).toBeTruthy();
    expect(screen.getByRole("progressbar").getAttribute("value")).toMatch(/^0\.3/);
    ended.resolve(new Response("id: 3\nevent: completed\ndata: {}\n\n"));
    expect(await screen.findByRole("img")).toBeTruthy();
  });

  it("stops pretending to know once the usual time is over", () => {
    playGateway({});
    showCard(generating({ startedAt: new Date(Date.now() - 60_000).toISOString() }));
    expect(screen.getByText(/Longer than usual/)).toBeTruthy();
    expect(screen.getByRole("progressbar").hasAttribute("value")).toBe(false);
  });

  it("can be cancelled until a provider was asked", async () => {
    const item = generating();
    const gateway = playGateway({
      "GET /api/generations/gen_1/events": () => later<Response>().promise,
      "POST /api/generations/gen_1/cancel": () => json({}),
      [`GET /api/quotes/${item.id}`]: () => json({ ...item, status: "cancelled" }),
    });
    const { user } = showCard(item);
    await user.click(button(/Cancel/));
    expect(await screen.findByText("Cancelled")).toBeTruthy();
    expect(gateway.to("POST", "/api/generations/gen_1/cancel")).toHaveLength(1);
  });

  const at = (provider: string) => ({
    id: "a",
    provider,
    model: "m",
    state: "dispatched",
    charged: 0,
    held: 0.0958,
  });

  it("offers no cancelling once a provider is at work that cannot stop", () => {
    playGateway({});
    showCard(generating({ attempts: [at("openai")] }));
    expect(screen.queryByRole("button", { name: /Cancel/ })).toBeNull();
    expect(screen.getByText(/OpenAI is at work and can no longer be stopped/)).toBeTruthy();
  });

  it("says what cancelling may cost where a provider can stop", async () => {
    const item = generating({ attempts: [at("replicate")] });
    const gateway = playGateway({
      "GET /api/generations/gen_1/events": () => later<Response>().promise,
      "POST /api/generations/gen_1/cancel": () => json({}),
      [`GET /api/quotes/${item.id}`]: () => json(item),
    });
    const { user } = showCard(item);
    expect(screen.getByText(/what it has done by then is billed, up to \$0.0958/)).toBeTruthy();
    await user.click(button("Cancel, may still cost"));
    expect(await screen.findByRole("button", { name: "Asked to stop…" })).toBeTruthy();
    expect(gateway.to("POST", "/api/generations/gen_1/cancel")).toHaveLength(1);
  });

  it("shows the unfinished picture that a provider sends", async () => {
    const item = generating({ attempts: [at("openai")] });
    const path = "/api/generations/gen_1/previews/0";
    URL.createObjectURL = vi.fn(() => "blob:preview");
    URL.revokeObjectURL = vi.fn();
    const frame = { id: "2", event: "partial", data: { index: 0, url: path } };
    const gateway = playGateway({
      "GET /api/generations/gen_1/events": () => eventStream([frame]),
      [`GET ${path}`]: () => new Response(new Blob(["half a picture"])),
    });
    const { container } = showCard(item);
    await waitFor(() =>
      expect(container.querySelector("img")?.getAttribute("src")).toBe("blob:preview"),
    );
    expect(screen.getByText("Generating image with OpenAI...")).toBeTruthy();
    expect(gateway.to("GET", `/api/quotes/${item.id}`)).toHaveLength(0);
    cleanup();
    expect(URL.revokeObjectURL).toHaveBeenCalledWith("blob:preview");
  });
});

describe("links that end", () => {
  beforeEach(() => void vi.useFakeTimers({ shouldAdvanceTime: true }));
  afterEach(() => void vi.useRealTimers());

  /** The picture with links that end in so many minutes. */
  const until = (item: Item, minutes: number): Item => {
    const end = Math.floor(Date.now() / 1000) + minutes * 60;
    const url = `/api/images/i/content?owner=usr_1&exp=${end}&sig=s`;
    return bought(item, {
      imageUrl: url,
      images: [{ id: "i", url, downloadUrl: url, thumbnailUrl: url }],
    });
  };

  it("are renewed before they do", async () => {
    const item = anItem();
    const gateway = playGateway({
      [`GET /api/quotes/${item.id}`]: () => json(until(item, 90)),
    });
    showCard(until(item, 30));
    await act(() => vi.advanceTimersByTimeAsync(28 * 60_000));
    expect(gateway.seen).toHaveLength(0);
    await act(() => vi.advanceTimersByTimeAsync(2 * 60_000));
    expect(gateway.seen).toHaveLength(1);
  });

  it("are asked for once when a picture does not come", async () => {
    const item = anItem();
    const fresh = until(item, 60);
    const gateway = playGateway({ [`GET /api/quotes/${item.id}`]: () => json(fresh) });
    showCard(until(item, 20));
    const image = () => screen.getByRole("img");
    fireEvent.error(image());
    await act(() => vi.advanceTimersByTimeAsync(1000));
    expect(image().getAttribute("src")).toContain(fresh.imageUrl);
    expect(gateway.seen).toHaveLength(1);
  });
});

describe("complete", () => {
  it("offers the absolute URL, the Markdown and the call", async () => {
    const item = bought(anItem({ prompt: "a [red] cat" }));
    const { user, on } = showCard(item);
    const url = `http://localhost:3000/api/images/image-of-${item.id}/content`;
    await user.click(button("Copy"));
    expect(on.onCopy).toHaveBeenCalledWith(url);
    await user.click(button("Grab"));
    expect(on.onGrab).toHaveBeenCalledWith(`![a \\[red\\] cat](${url})`);
    await user.click(button("LLM Info"));
    expect(on.onLlmInfo).toHaveBeenCalledWith(item.llmApiCall);
    const download = screen.getByRole("link", { name: "Download" });
    expect(download.getAttribute("href")).toBe(url.replace("content", "download"));
    expect(screen.queryByText(/fallback provider used/)).toBeNull();
    expect(screen.queryByText(/^quoted/)).toBeNull();
  });

  it("says that a fallback made it, and what was charged instead", () => {
    const call = aCall({ provider: "together", cost: 0.0734 });
    showCard(
      bought(anItem(), {
        provider: "together",
        fallbackUsed: true,
        originalProvider: "openai",
        llmApiCall: call,
      }),
    );
    expect(screen.getByText("Primary provider unavailable, fallback provider used")).toBeTruthy();
    expect(screen.getByText("charged $0.0734")).toBeTruthy();
    expect(screen.getByText("quoted $0.0937")).toBeTruthy();
  });

  it("cuts a long prompt at 150 characters until asked for more", async () => {
    const prompt = "mountains ".repeat(30).trim();
    const { user } = showCard(bought(anItem({ prompt })));
    expect(screen.queryByText(new RegExp(prompt))).toBeNull();
    await user.click(button("more"));
    expect(screen.getByText(new RegExp(prompt))).toBeTruthy();
  });

  it("shows several images in rows, and copies all their links", async () => {
    const item = bought(anItem({ n: 2 }));
    const images = ["a", "b"].map((id) => ({
      id,
      url: `/api/images/${id}/content`,
      downloadUrl: `/api/images/${id}/download`,
      thumbnailUrl: `/api/images/${id}/thumbnail`,
    }));
    const { user, on } = showCard({ ...item, images });
    const links = images.map(({ url }) => `http://localhost:3000${url}`);
    expect(screen.getAllByRole("img").map((each) => each.getAttribute("src"))).toEqual(links);
    await user.click(button("Copy 2 links"));
    expect(on.onCopy).toHaveBeenCalledWith(links.join("\n"));
    expect(screen.queryByText(/could be made/)).toBeNull();
  });

  it("says when fewer images came than were asked for", () => {
    showCard(bought(anItem({ n: 3 })));
    expect(screen.getByText("1 of 3 images could be made")).toBeTruthy();
  });

  it("gives prompt and settings back for another picture", async () => {
    const item = bought(anItem());
    const { user, on } = showCard(item);
    await user.click(button("Use again"));
    expect(on.onUseAgain).toHaveBeenCalledWith(item);
  });
});

describe("failed", () => {
  const failed = (cost: number) =>
    anItem({
      status: "error",
      error: "The provider is down",
      llmApiCall: aCall({ cost, success: false }),
    });

  it("says what happened and that it cost nothing", () => {
    showCard(failed(0));
    expect(screen.getByText("Image Generation Failed")).toBeTruthy();
    expect(screen.getByText(/The provider is down/).textContent).toContain("It cost nothing.");
  });

  const lost = {
    id: "a_1",
    provider: "openai",
    model: "m",
    state: "unknown",
    charged: 0,
    held: 0.05,
  };

  it("does not say so, nor buys again in one click, while a lost call may have been billed", async () => {
    const item = { ...failed(0), error: "Cut off", attempts: [lost] };
    const gateway = playGateway({ "POST /api/quotes": () => json(anItem(), 201) });
    const { user } = showCard(item);
    expect(screen.getByText(/^Cut off/).textContent).toBe(
      "Cut off. It may have been billed: $0.0500 stays held.",
    );
    await user.click(button("Retry"));
    await screen.findByRole("button", { name: /^Generate Image for/ });
    expect(gateway.to("POST", "/generate-image")).toHaveLength(0);
  });

  it("tells of a lost call also when the next one brought the image", () => {
    showCard(bought(anItem(), { fallbackUsed: true, attempts: [lost] }));
    expect(screen.getByText("$0.0500 more stays held")).toBeTruthy();
  });

  it("asks for one new price, however often it is pressed", async () => {
    const gateway = playGateway({ "POST /api/quotes": () => later<Response>().promise });
    showCard(failed(0));
    act(() => {
      button("Retry").click();
      button("Retry").click();
    });
    await waitFor(() => expect(gateway.to("POST", "/api/quotes")).toHaveLength(1));
  });

  it("buys again in one click when the new promise is no higher", async () => {
    const item = failed(0);
    const fresh = anItem();
    const gateway = playGateway({
      "POST /api/quotes": () => json(fresh, 201),
      "POST /generate-image": () => later<Response>().promise,
    });
    const { user } = showCard(item);
    await user.click(button("Retry"));
    expect(await screen.findByText("Generating image with OpenAI...")).toBeTruthy();
    expect(gateway.to("POST", "/api/quotes")[0]?.body).toEqual({
      ...item.request,
      quality: "ultra",
      replaces: item.id,
    });
    expect(gateway.to("POST", "/generate-image")[0]?.body.quoteId).toBe(fresh.quoteId);
  });

  it("asks first when the new promise is higher", async () => {
    const gateway = playGateway({
      "POST /api/quotes": () => json(anItem({ cost: 0.1, maxCost: 0.0959 }), 201),
    });
    const { user } = showCard(failed(0));
    await user.click(button("Retry"));
    expect((await screen.findByRole("button", { name: /^Generate/ })).textContent).toBe(
      "Generate Image for $0.1000",
    );
    expect(gateway.to("POST", "/generate-image")).toHaveLength(0);
  });

  it("asks first when the failure cost money", async () => {
    const gateway = playGateway({ "POST /api/quotes": () => json(anItem(), 201) });
    const { user } = showCard(failed(0.0937));
    expect(screen.getByText(/It cost \$0.0937/)).toBeTruthy();
    await user.click(button("Retry"));
    expect(await screen.findByRole("button", { name: /^Generate/ })).toBeTruthy();
    expect(gateway.to("POST", "/generate-image")).toHaveLength(0);
  });

  it("hands the prompt back for editing", async () => {
    const item = failed(0);
    const { user, on } = showCard(item);
    await user.click(button("Edit prompt"));
    expect(on.onEdit).toHaveBeenCalledWith(item.prompt);
  });
});

describe("the other endings", () => {
  it("never retries a refusal", () => {
    showCard(anItem({ status: "refused", error: "Not allowed", llmApiCall: aCall({ cost: 0 }) }));
    expect(screen.getByText("The provider refused this prompt")).toBeTruthy();
    expect(screen.getByText(/Not allowed/)).toBeTruthy();
    expect(screen.queryByRole("button", { name: /Retry|again|new price/ })).toBeNull();
  });

  it("gets a new price for an expired one, which stands in its place", async () => {
    const item = anItem({ status: "expired" });
    const fresh = anItem({ cost: 0.05, maxCost: 0.06 });
    const gateway = playGateway({ "POST /api/quotes": () => json(fresh, 201) });
    const { user } = showCard(item);
    await user.click(button("Get a new price"));
    expect(await screen.findByRole("button", { name: /\$0.0500/ })).toBeTruthy();
    expect(gateway.to("POST", "/api/quotes")[0]?.body).toMatchObject({ replaces: item.id });
    expect(localStorage.getItem("aquatint.replacements")).toBeNull();
  });

  it("remembers the place of a quote that is in no conversation", async () => {
    const item = anItem({ status: "expired" });
    const fresh = anItem({ cost: 0.05, maxCost: 0.06 });
    playGateway({
      "POST /api/quotes": ({ body }) =>
        body.replaces ? json({ title: "Not found" }, 404) : json(fresh, 201),
    });
    const { user } = showCard(item);
    await user.click(button("Get a new price"));
    expect(await screen.findByRole("button", { name: /\$0.0500/ })).toBeTruthy();
    expect(JSON.parse(localStorage.getItem("aquatint.replacements") ?? "{}")).toMatchObject({
      [item.id]: fresh.id,
    });
  });

  it("leaves a person three ways out of an unknown outcome", async () => {
    const item = anItem({ status: "unknown", generationId: "gen_9" });
    const gateway = playGateway({
      "POST /api/generations/gen_9/dismiss": () => json({}),
      [`GET /api/quotes/${item.id}`]: () => json(item),
    });
    const { user } = showCard(item);
    const card = within(screen.getByRole("article"));
    expect(card.getByText(/\$0.0958 stays held/)).toBeTruthy();
    await user.click(button("Look now"));
    await waitFor(() => expect(gateway.to("GET", `/api/quotes/${item.id}`)).toHaveLength(1));
    expect(button("Buy again, new price")).toBeTruthy();
    await user.click(button("Dismiss"));
    expect(await screen.findByText("Dismissed without an answer")).toBeTruthy();
  });

  it("looks again although an earlier look has not been answered", async () => {
    const item = anItem({ status: "unknown", generationId: "gen_8" });
    let looks = 0;
    playGateway({
      [`GET /api/quotes/${item.id}`]: () =>
        looks++ === 0 ? later<Response>().promise : json(bought(item)),
    });
    const { user } = showCard(item);
    await user.click(button("Look now"));
    await user.click(button("Look now"));
    expect(await screen.findByRole("img")).toBeTruthy();
  });

  it("says what a cancelled one cost", () => {
    showCard(anItem({ status: "cancelled", llmApiCall: aCall({ cost: 0 }) }));
    expect(screen.getByText("It cost nothing.")).toBeTruthy();
  });
});
