import { screen, waitFor } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import type { Item } from "../api/types";
import { json, later, playGateway, type Seen } from "../testing/gateway";
import { anItem } from "../testing/items";
import { show } from "../testing/render";
import { GeneratedImageBlock } from "./GeneratedImageBlock";

const CAPABILITIES = { seed: true, styles: ["natural", "vivid"], maxImages: 4 };

const adjustable = (changes: Partial<Item> = {}) =>
  anItem({ capabilities: CAPABILITIES, ...changes });

async function openAdjust(item: Item) {
  const on = { onCopy: vi.fn(), onGrab: vi.fn(), onLlmInfo: vi.fn() };
  const { user } = show(<GeneratedImageBlock data={item} {...on} />);
  await user.click(screen.getByText("Adjust"));
  await screen.findByLabelText("Seed");
  return user;
}

const pay = () =>
  screen.getByRole<HTMLButtonElement>("button", { name: /^Generate|^Asking for a price/ });

describe("adjusting a quote", () => {
  it("is not offered where the model has nothing to set", () => {
    show(
      <GeneratedImageBlock data={anItem()} onCopy={vi.fn()} onGrab={vi.fn()} onLlmInfo={vi.fn()} />,
    );
    expect(screen.queryByText("Adjust")).toBeNull();
  });

  it("buys nothing until the price of what is set stands on the button", async () => {
    const item = adjustable();
    const fresh = adjustable({
      cost: 0.1874,
      maxCost: 0.1916,
      n: 2,
      request: { prompt: item.prompt, n: 2, quality: "ultra" },
    });
    const answer = later<Response>();
    const gateway = playGateway({
      "POST /api/quotes": () => answer.promise,
      "POST /generate-image": () => later<Response>().promise,
    });
    const user = await openAdjust(item);
    await user.click(screen.getByRole("button", { name: "One image more" }));
    expect(pay().disabled).toBe(true);
    await waitFor(() => expect(gateway.to("POST", "/api/quotes")).toHaveLength(1));
    expect(gateway.to("POST", "/api/quotes")[0]?.body).toEqual({
      prompt: item.prompt,
      quality: "ultra",
      n: 2,
      provider: "openai",
      model: item.modelKey,
      replaces: item.id,
    });
    expect(pay().disabled).toBe(true);
    await user.click(pay());
    expect(gateway.to("POST", "/generate-image")).toHaveLength(0);
    answer.resolve(json(fresh, 201));
    await waitFor(() => expect(pay().textContent).toBe("Generate 2 Images for $0.1874"));
    expect(screen.getByLabelText("Seed")).toBeTruthy();
    expect(screen.getByRole("status").textContent).toBe("New price: 19 cents, OpenAI");
    await user.click(pay());
    expect(gateway.to("POST", "/generate-image")[0]?.body.quoteId).toBe(fresh.quoteId);
  });

  it("asks again for what was changed while a price was on its way", async () => {
    const item = adjustable();
    const first = later<Response>();
    const quoted = (seen: Seen) =>
      adjustable({ id: `quote_n${seen.body.n}`, request: { prompt: item.prompt, n: seen.body.n } });
    let asked = 0;
    const gateway = playGateway({
      "POST /api/quotes": (seen) => (asked++ === 0 ? first.promise : json(quoted(seen), 201)),
    });
    const user = await openAdjust(item);
    await user.click(screen.getByRole("button", { name: "One image more" }));
    await waitFor(() => expect(asked).toBe(1));
    await user.click(screen.getByRole("button", { name: "One image more" }));
    first.resolve(
      json(adjustable({ id: "quote_n2", request: { prompt: item.prompt, n: 2 } }), 201),
    );
    await waitFor(() => expect(asked).toBe(2));
    const bodies = gateway.to("POST", "/api/quotes").map(({ body }) => [body.n, body.replaces]);
    expect(bodies).toEqual([
      [2, item.id],
      [3, "quote_n2"],
    ]);
    await waitFor(() => expect(pay().disabled).toBe(false));
  });

  it("tells why settings have no price, and goes back to those that have", async () => {
    const item = adjustable();
    playGateway({
      "POST /api/quotes": () => json({ title: "Bad request", detail: "No such style" }, 400),
    });
    const user = await openAdjust(item);
    await user.selectOptions(screen.getByLabelText("Style"), "vivid");
    expect(await screen.findByText("No such style")).toBeTruthy();
    expect(pay().disabled).toBe(true);
    await user.click(screen.getByRole("button", { name: "Back to the settings with a price" }));
    expect(pay().textContent).toBe("Generate Image for $0.0937");
    expect(screen.getByLabelText<HTMLSelectElement>("Style").value).toBe("");
  });

  it("asks for previews where the model can show them", async () => {
    const item = adjustable({ capabilities: { ...CAPABILITIES, partialImages: 3 } });
    const gateway = playGateway({ "POST /api/quotes": () => json(adjustable(), 201) });
    const user = await openAdjust(item);
    await user.click(screen.getByRole("checkbox", { name: /^Show the picture while/ }));
    await waitFor(() => expect(gateway.to("POST", "/api/quotes")).toHaveLength(1));
    expect(gateway.to("POST", "/api/quotes")[0]?.body).toMatchObject({ partialImages: 2 });
  });

  it("keeps to the alternative that was chosen", async () => {
    const [alternative] = anItem().availableAlternatives ?? [];
    const item = adjustable({
      availableAlternatives: alternative && [{ ...alternative, capabilities: CAPABILITIES }],
    });
    const gateway = playGateway({ "POST /api/quotes": () => json(adjustable(), 201) });
    const user = await openAdjust(item);
    await user.click(screen.getByRole("radio", { name: /flux-1.1-pro-ultra/ }));
    await user.selectOptions(screen.getByLabelText("Style"), "natural");
    await waitFor(() => expect(gateway.to("POST", "/api/quotes")).toHaveLength(1));
    expect(gateway.to("POST", "/api/quotes")[0]?.body).toMatchObject({
      model: "replicate-flux-1.1-pro-ultra",
      style: "natural",
    });
  });
});
