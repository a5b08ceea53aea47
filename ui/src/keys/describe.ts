import type { ApiKey } from "../api/types";
import { away, day, price } from "../design/format";
import { LIMITS, SCOPES } from "./form";

/** How a key that works does: by itself, or until the one that replaced it has taken over. */
export type State = "works" | "retiring";

export const stateOf = ({ id }: ApiKey, all: readonly ApiKey[]): State =>
  all.some(({ rotatedFrom }) => rotatedFrom === id) ? "retiring" : "works";

/** "quote, generate, read" */
export const scopesOf = ({ scopes }: ApiKey): string =>
  SCOPES.filter(({ scope }) => scopes.includes(scope))
    .map(({ name }) => name.toLowerCase())
    .join(", ");

/** Its limits in words, "50 images a day"; empty for a key without. */
export function limitsOf({ limits, maxImageCost }: ApiKey): string[] {
  const words = LIMITS.flatMap(({ limit, name, money }) => {
    const value = limits[limit] ?? null;
    if (value === null) return [];
    const [what, ...per] = name.split(" ");
    const amount = money ? `$${value.toFixed(2)}` : `${value} ${what?.toLowerCase()}`;
    return [[amount, ...per].join(" ")];
  });
  return maxImageCost === null ? words : [...words, `${price(maxImageCost)} an image`];
}

const DAY_MS = 86_400_000;

export function endOf({ works, revokedAt, expiresAt }: ApiKey): string {
  if (revokedAt !== null) return `Revoked ${away(revokedAt)}`;
  if (expiresAt === null) return "Never expires";
  if (!works) return `Expired ${away(expiresAt)}`;
  const soon = Date.parse(expiresAt) - Date.now() < 2 * DAY_MS;
  return `Expires ${soon ? away(expiresAt) : `on ${day(expiresAt)}`}`;
}
