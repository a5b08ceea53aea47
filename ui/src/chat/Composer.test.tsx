import { screen, waitFor, within } from "@testing-library/react";
import { useRef } from "react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { noteReach } from "../api/reach";
import { useStore } from "../design/store";
import { violations } from "../testing/axe";
import { aRow, ROWS } from "../testing/catalog";
import { json, playGateway } from "../testing/gateway";
import { show } from "../testing/render";
import { Composer } from "./Composer";
import { draft } from "./draft";
import { clearHistory, noteSent, promptHistory } from "./history";
import { picks, resetPicks } from "./picks";

const examples = [
  { tier: "standard", prompt: "p", cost: 0.0132, model: "gpt-image-2.5-flare", provider: "openai" },
];

const routes = {
  "GET /api/catalog": () => json({ asOf: "2026-11-22", rows: ROWS }),
  "GET /api/catalog/examples": () => json(examples),
};

function Desk({ onSend }: { onSend: (text: string) => void }) {
  const field = useRef<HTMLTextAreaElement>(null);
  return (
    <Composer
      field={field}
      text={useStore(draft)}
      placeholder="Describe a picture"
      busy={false}
      onChange={draft.set}
      onSend={onSend}
    />
  );
}

function write(more: Parameters<typeof playGateway>[0] = {}) {
  const onSend = vi.fn();
  const gateway = playGateway({ ...routes, ...more });
  const field = () => screen.getByRole<HTMLTextAreaElement>("textbox", { name: "Message" });
  return { ...show(<Desk onSend={onSend} />), gateway, onSend, field };
}

const chip = (name: string) => screen.getByRole("button", { name });
const option = (name: RegExp) => screen.findByRole("menuitemradio", { name });

beforeEach(() => {
  draft.set("");
  clearHistory();
  resetPicks();
  noteReach(true);
});

describe("the keys of the composer", () => {
  it("send with Enter and with Control+Enter, and begin a line with Shift+Enter", async () => {
    const { user, onSend, field } = write();
    await user.type(field(), "A boat{Shift>}{Enter}{/Shift}at sea{Enter}");
    expect(onSend).toHaveBeenLastCalledWith("A boat\nat sea");
    await user.type(field(), "{Control>}{Enter}{/Control}");
    expect(onSend).toHaveBeenCalledTimes(2);
  });

  it("begin a line with Enter on glass, where only the button and Control+Enter send", async () => {
    vi.stubGlobal("matchMedia", () => ({ matches: true }));
    const { user, onSend, field } = write();
    await user.type(field(), "A boat{Enter}at sea");
    expect(onSend).not.toHaveBeenCalled();
    await user.click(screen.getByRole("button", { name: "Send" }));
    expect(onSend).toHaveBeenCalledWith("A boat\nat sea");
    vi.unstubAllGlobals();
  });

  it("walk through what was sent, from the field's start and back to the draft", async () => {
    noteSent("first");
    noteSent("second");
    const { user, field } = write();
    await user.type(field(), "draft{ArrowUp}");
    expect(field().value).toBe("draft");
    field().setSelectionRange(0, 0);
    await user.keyboard("{ArrowUp}");
    expect(field().value).toBe("second");
    await user.keyboard("{ArrowUp}{ArrowUp}");
    expect(field().value).toBe("first");
    await user.keyboard("{ArrowDown}{ArrowDown}");
    expect(field().value).toBe("draft");
  });

  it("remember what they send", async () => {
    const { user, field } = write();
    await user.type(field(), "A boat{Enter}");
    expect(promptHistory.get()).toEqual(["A boat"]);
  });
});

describe("an @model in the text", () => {
  it("offers models with their prices, and becomes the chip", async () => {
    const { user, field } = write();
    await user.type(field(), "A boat @fl");
    const list = await screen.findByRole("listbox", { name: "Models" });
    const shown = within(list).getAllByRole("option");
    expect(shown.map(({ textContent }) => textContent)).toEqual([
      "Replicateflux-2-dev$0.0140",
      "Together AIFLUX.2-pro$0.0300",
      "OpenAIgpt-image-2.5-flarefrom $0.0059",
    ]);
    expect(field().getAttribute("aria-activedescendant")).toBe(shown[0]?.id);
    expect(screen.getByRole("status").textContent).toBe("3 models, arrow keys to choose");
    expect(await violations()).toEqual([]);
    await user.keyboard("{ArrowDown}{Enter}");
    expect(field().value).toBe("A boat ");
    expect(picks.get()).toEqual({ provider: "together", model: "FLUX.2-pro" });
    expect(chip("Model: FLUX.2-pro")).toBeTruthy();
    expect(screen.queryByRole("listbox")).toBeNull();
  });

  it("keeps the chosen one in sight in a long list", async () => {
    const many = Array.from({ length: 9 }, (_, n) =>
      aRow({ modelKey: `m-${n}`, model: `model-${n}`, provider: "together" }),
    );
    const { user, field } = write({
      "GET /api/catalog": () => json({ asOf: "2026-11-22", rows: many }),
    });
    await user.type(field(), "@model");
    await screen.findByRole("listbox");
    expect(screen.getAllByRole("option")).toHaveLength(6);
    await user.keyboard("{ArrowUp}");
    const chosen = screen.getByRole("option", { selected: true });
    expect(chosen.textContent).toContain("model-8");
    expect(chosen.getAttribute("aria-posinset")).toBe("9");
    expect(field().getAttribute("aria-activedescendant")).toBe(chosen.id);
    await user.keyboard("{Enter}");
    expect(picks.get().model).toBe("model-8");
  });

  it("is left in peace after Escape, and Enter sends again", async () => {
    const { user, field, onSend } = write();
    await user.type(field(), "@fl");
    await screen.findByRole("listbox");
    await user.keyboard("{Escape}");
    expect(screen.queryByRole("listbox")).toBeNull();
    await user.keyboard("{Enter}");
    expect(onSend).toHaveBeenCalledWith("@fl");
    expect(picks.get()).toEqual({});
  });

  it("asks for no catalog where there is none", async () => {
    const { user, field, gateway } = write();
    await user.type(field(), "me@example.org");
    expect(gateway.to("GET", "/api/catalog")).toHaveLength(0);
  });
});

describe("the chips", () => {
  it("open a menu that the keys walk, tell each tier's price, and take the focus back", async () => {
    const { user } = write();
    await user.click(chip("Tier: Auto tier"));
    const menu = await screen.findByRole("menu", { name: "Tier" });
    expect((await option(/^standard/)).textContent).toContain("about $0.0132");
    expect(document.activeElement).toBe(await option(/^Auto/));
    expect(await violations()).toEqual([]);
    await user.keyboard("{ArrowDown}{ArrowDown}{Enter}");
    expect(menu.isConnected).toBe(false);
    expect(picks.get()).toEqual({ quality: "standard" });
    expect(document.activeElement).toBe(chip("Tier: standard"));
  });

  it("find a choice by its letter, and close with Escape", async () => {
    const { user } = write();
    await user.click(chip("Size: Auto size"));
    await option(/^Portrait/);
    await user.keyboard("p");
    expect(document.activeElement?.textContent).toContain("Portrait");
    await user.keyboard("{Escape}");
    expect(screen.queryByRole("menu")).toBeNull();
    expect(document.activeElement).toBe(chip("Size: Auto size"));
    expect(picks.get()).toEqual({});
  });

  it("offer the sizes and the price of the picked model in the picked tier", async () => {
    picks.set({ provider: "openai", model: "gpt-image-2.5-flare", quality: "standard" });
    const { user } = write();
    await user.click(chip("Size: Auto size"));
    await waitFor(() => expect(screen.getAllByRole("menuitemradio")).toHaveLength(3));
    await user.click(chip("Model: gpt-image-2.5-flare"));
    expect((await option(/gpt-image/)).textContent).toContain("$0.0132");
    await user.click(await option(/^Auto/));
    expect(picks.get()).toEqual({ quality: "standard" });
  });

  it("pick several pictures", async () => {
    const { user } = write();
    await user.click(chip("Count: 1 image"));
    await user.click(await option(/^4 images/));
    expect(picks.get()).toEqual({ n: 4 });
    expect(JSON.parse(localStorage.getItem("aquatint.picks") ?? "")).toEqual({ n: 4 });
  });

  it("hold more settings, of the picked model only", async () => {
    picks.set({ provider: "replicate", model: "flux-2-dev" });
    const { user } = write();
    await user.click(chip("More settings"));
    expect(await screen.findByText("What flux-2-dev can be told.")).toBeTruthy();
    expect(screen.getByRole("group", { name: "More settings" })).toBeTruthy();
    expect(await violations()).toEqual([]);
  });
});

describe("while nothing answers", () => {
  it("keeps the words, says why they wait, and sends once there is an answer again", async () => {
    const { user, field, onSend } = write();
    noteReach(false);
    await user.type(field(), "A boat{Enter}");
    const send = screen.getByRole("button", { name: "Send" });
    expect(send.hasAttribute("disabled")).toBe(true);
    expect(screen.getByText(/Sending waits until the gateway answers/)).toBeTruthy();
    expect(onSend).not.toHaveBeenCalled();
    noteReach(true);
    await waitFor(() => expect(send.hasAttribute("disabled")).toBe(false));
    await user.click(send);
    expect(onSend).toHaveBeenCalledWith("A boat");
  });
});
