import { screen } from "@testing-library/react";
import { useState } from "react";
import { describe, expect, it, vi } from "vitest";
import { show } from "../testing/render";
import { Controls } from "./Controls";
import { type Capabilities, capabilitiesOf, hasControls, type Picks, picksOf } from "./picks";

const ALL: Capabilities = {
  negativePrompt: true,
  seed: true,
  steps: { min: 1, max: 50, default: 28 },
  guidance: { min: 0, max: 10, default: null },
  styles: ["natural", "vivid"],
  backgrounds: ["opaque", "transparent"],
  outputFormats: ["png", "webp"],
  maxImages: 4,
};

function showControls(capabilities: Capabilities, picked: Picks = {}) {
  const onChange = vi.fn();
  function Held() {
    const [value, set] = useState(picked);
    const change = (picks: Picks) => {
      onChange(picks);
      set(picks);
    };
    return <Controls capabilities={capabilities} value={value} onChange={change} />;
  }
  return { ...show(<Held />), onChange };
}

const field = (name: string) => screen.getByLabelText<HTMLInputElement>(name);

describe("the controls of a model", () => {
  it("are those it has, and no others", () => {
    showControls({ seed: true, styles: [], steps: null });
    expect(field("Seed")).toBeTruthy();
    expect(screen.queryByLabelText("Style")).toBeNull();
    expect(screen.queryByRole("slider")).toBeNull();
    expect(screen.queryByLabelText("Keep out of the picture")).toBeNull();
    expect(screen.queryByText("Images")).toBeNull();
  });

  it("set what is picked, and take it back", async () => {
    const { user, onChange } = showControls(ALL);
    await user.selectOptions(field("Style"), "vivid");
    expect(onChange).toHaveBeenLastCalledWith({ style: "vivid" });
    await user.selectOptions(field("Background"), "transparent");
    await user.selectOptions(field("Format"), "webp");
    expect(onChange).toHaveBeenLastCalledWith({
      style: "vivid",
      background: "transparent",
      outputFormat: "webp",
    });
    await user.selectOptions(field("Style"), "model's choice");
    expect(onChange).toHaveBeenLastCalledWith({ background: "transparent", outputFormat: "webp" });
    await user.type(field("Keep out of the picture"), "hats");
    expect(onChange).toHaveBeenLastCalledWith(expect.objectContaining({ negativePrompt: "hats" }));
  });

  it("count images between one and what the model gives", async () => {
    const { user, onChange } = showControls(ALL, { n: 3 });
    await user.click(screen.getByRole("button", { name: "One image more" }));
    expect(onChange).toHaveBeenLastCalledWith({ n: 4 });
    expect(screen.getByRole<HTMLButtonElement>("button", { name: "One image more" }).disabled).toBe(
      true,
    );
  });

  it("take a whole number as seed, or the dice's", async () => {
    const { user, onChange } = showControls(ALL);
    await user.type(field("Seed"), "42");
    expect(onChange).toHaveBeenLastCalledWith({ seed: 42 });
    await user.clear(field("Seed"));
    expect(onChange).toHaveBeenLastCalledWith({});
    await user.click(screen.getByRole("button", { name: "Throw the dice for a seed" }));
    const seed = onChange.mock.lastCall?.[0].seed;
    expect(Number.isSafeInteger(seed) && seed >= 0).toBe(true);
  });

  it("leave a number to the model until it is moved", async () => {
    const { user, onChange } = showControls(ALL, { steps: 40 });
    expect(field("Guidance").getAttribute("aria-valuetext")).toBe("model's choice");
    expect(field("Steps").value).toBe("40");
    await user.click(screen.getByRole("button", { name: /^Steps: ?40, back to 28$/ }));
    expect(onChange).toHaveBeenLastCalledWith({});
    expect(field("Steps").value).toBe("28");
  });
});

describe("picks", () => {
  it("are what was named in a request", () => {
    const request = { prompt: "a cat", n: 2, seed: 0, style: null, images: [], partialImages: 0 };
    expect(picksOf(request)).toEqual({ n: 2, seed: 0 });
  });

  it("know a model without controls, and one of which only names are told", () => {
    expect(hasControls({ maxImages: 1, styles: [] })).toBe(false);
    expect(hasControls({ guidance: { min: 0, max: 1 } })).toBe(true);
    expect(capabilitiesOf({ capabilities: ["seed"] })).toBeNull();
  });
});
