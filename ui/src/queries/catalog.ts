import { useQuery } from "@tanstack/react-query";
import { getJson } from "../api/client";
import type { Catalog, CatalogRow, Tier } from "../api/types";

/** One model that can be asked for, over all its quality settings. */
export interface OfferedModel {
  provider: string;
  model: string;
  /** What one square picture of one megapixel costs, by its cheapest setting. */
  cost: number;
  /** Some setting costs more. */
  from: boolean;
  rows: readonly CatalogRow[];
}

const name = ({ provider, model }: CatalogRow) => `${provider}/${model}`;

const makesPictures = ({ available, operations, squareCost }: CatalogRow) =>
  available && squareCost !== null && operations.includes("generate");

function offered(rows: readonly CatalogRow[]): OfferedModel[] {
  const [first] = rows;
  if (!first) return [];
  const costs = rows.map(({ squareCost }) => squareCost ?? 0);
  const cost = Math.min(...costs);
  const { provider, model } = first;
  return [{ provider, model, cost, from: Math.max(...costs) > cost, rows }];
}

/** The models that make pictures from words now, those of one provider together. */
export function offeredModels({ rows }: Catalog): OfferedModel[] {
  const byName = Map.groupBy(rows.filter(makesPictures), name);
  return [...byName.values()]
    .flatMap(offered)
    .sort((a, b) => a.provider.localeCompare(b.provider) || a.model.localeCompare(b.model));
}

/** The setting of a model that a tier asks for, else its first. */
export const rowFor = ({ rows }: OfferedModel, tier: Tier | undefined): CatalogRow | undefined =>
  rows.find(({ tiers }) => tier !== undefined && tiers.includes(tier)) ?? rows[0];

const MINUTES = 60_000;

export const useOfferedModels = (wanted: boolean) =>
  useQuery({
    queryKey: ["catalog"],
    queryFn: ({ signal }) => getJson<Catalog>("/api/catalog", signal),
    select: offeredModels,
    enabled: wanted,
    staleTime: 5 * MINUTES,
  });
