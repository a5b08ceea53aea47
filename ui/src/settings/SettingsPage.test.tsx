import { screen } from "@testing-library/react";
import { beforeEach, describe, expect, it } from "vitest";
import { UndoToast } from "../a11y/UndoToast";
import { closeUndo } from "../a11y/undo";
import { clearHistory, noteSent, promptHistory } from "../chat/history";
import { chatModel, defaultPicks, pick, picks, resetPicks } from "../chat/picks";
import { chooseTheme } from "../design/theme";
import { violations } from "../testing/axe";
import { aHouse } from "../testing/people";
import { show } from "../testing/render";
import SettingsPage from "./SettingsPage";

const open = (changes: Parameters<typeof aHouse>[0] = {}) =>
  show(
    <>
      <SettingsPage about={aHouse(changes)} />
      <UndoToast />
    </>,
  );

beforeEach(() => {
  closeUndo();
  clearHistory();
  chatModel.set(null);
  defaultPicks.set({});
  resetPicks();
  chooseTheme("system");
});

describe("the settings", () => {
  it("choose the look at once", async () => {
    const { user } = open();
    await user.click(screen.getByRole("radio", { name: "Dark" }));
    expect(document.documentElement.dataset.theme).toBe("dark");
    await user.click(screen.getByRole("radio", { name: "As the system" }));
    expect(document.documentElement.dataset.theme).toBeUndefined();
    expect(await violations()).toEqual([]);
  });

  it("choose who answers among the models of the house", async () => {
    const { user } = open({ chatModels: ["small", "big"] });
    const select = screen.getByRole("combobox", { name: "Who answers" });
    await user.selectOptions(select, "big");
    expect(chatModel.get()).toBe("big");
    await user.selectOptions(select, "small (usual)");
    expect(chatModel.get()).toBeNull();
  });

  it("have no chat model where none answers", () => {
    open({ chat: false });
    expect(screen.queryByRole("combobox", { name: "Who answers" })).toBeNull();
    expect(screen.getByText("Off: what you write is the prompt")).toBeTruthy();
  });

  it("choose what a new chat begins with", async () => {
    const { user } = open();
    await user.selectOptions(screen.getByRole("combobox", { name: "Tier" }), "high");
    await user.selectOptions(screen.getByRole("combobox", { name: "Count" }), "2 images");
    await user.selectOptions(screen.getByRole("combobox", { name: "Size" }), "1536x1024");
    const begun = { quality: "high", n: 2, size: "1536x1024" };
    expect(picks.get()).toEqual(begun);
    pick({ quality: "fast" });
    resetPicks();
    expect(picks.get()).toEqual(begun);
    await user.selectOptions(screen.getByRole("combobox", { name: "Tier" }), "");
    expect(defaultPicks.get()).toEqual({ n: 2, size: "1536x1024" });
  });

  it("clear the prompt history, with a way back", async () => {
    noteSent("A boat");
    const { user } = open();
    expect(screen.getByText(/^The last prompt is kept .* brings it back\.$/)).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "Clear prompt history" }));
    expect(promptHistory.get()).toEqual([]);
    expect(screen.getByText(/Nothing is remembered/)).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "Undo" }));
    expect(promptHistory.get()).toEqual(["A boat"]);
  });

  it("tell what house this is", () => {
    open({ version: "9.9.9" });
    expect(screen.getByText("9.9.9")).toBeTruthy();
    expect(screen.getByText("With Google")).toBeTruthy();
  });
});
