import { describe, expect, it } from "vitest";
import { aRow, ROWS } from "../testing/catalog";
import { offeredModels, rowFor } from "./catalog";

const models = (rows = ROWS) => offeredModels({ asOf: "2026-11-22", rows });

describe("the models on offer", () => {
  it("are told once each, by provider and name, with their cheapest price", () => {
    expect(
      models().map(({ provider, model, cost, from }) => [provider, model, cost, from]),
    ).toEqual([
      ["openai", "gpt-image-2.5-flare", 0.0059, true],
      ["replicate", "flux-2-dev", 0.014, false],
      ["together", "FLUX.2-pro", 0.03, false],
    ]);
  });

  it.each([{ available: false }, { squareCost: null }, { operations: ["edit"] }])(
    "are not those with %o",
    (changes) => expect(models([aRow(changes)])).toEqual([]),
  );

  it("have a setting for a tier, else their first", () => {
    const [flare] = models();
    expect(flare && rowFor(flare, "standard")?.squareCost).toBe(0.0132);
    expect(flare && rowFor(flare, "ultra")?.modelKey).toBe("flare-low");
    expect(flare && rowFor(flare, undefined)?.modelKey).toBe("flare-low");
  });
});
