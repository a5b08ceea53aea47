import type { CatalogRow } from "../api/types";

/** One setting of a model that can be had. */
export const aRow = (changes: Partial<CatalogRow> = {}): CatalogRow => ({
  modelKey: "openai-gpt-image-2.5-flare-medium",
  provider: "openai",
  model: "gpt-image-2.5-flare",
  tiers: ["standard"],
  squareCost: 0.0132,
  operations: ["generate", "edit"],
  capabilities: { sizes: ["1024x1024", "1536x1024"], maxImages: 10 },
  available: true,
  ...changes,
});

export const ROWS: readonly CatalogRow[] = [
  aRow({ modelKey: "flare-low", tiers: ["fast"], squareCost: 0.0059 }),
  aRow(),
  aRow({
    modelKey: "replicate-flux-2-dev",
    provider: "replicate",
    model: "flux-2-dev",
    squareCost: 0.014,
    operations: ["generate"],
    capabilities: { negativePrompt: true, seed: true, sizes: ["1024x1024"], maxImages: 4 },
  }),
  aRow({
    modelKey: "together-FLUX.2-pro",
    provider: "together",
    model: "FLUX.2-pro",
    tiers: ["high"],
    squareCost: 0.03,
  }),
];
