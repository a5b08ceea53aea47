import type { KeyLimits, NewKey, Scope } from "../api/types";
import { createKept } from "../design/kept";
import { session } from "../design/storage";

export const SCOPES: readonly { scope: Scope; name: string; means: string }[] = [
  { scope: "quote", name: "Quote", means: "ask for prices" },
  { scope: "generate", name: "Generate", means: "confirm prices and spend money" },
  { scope: "read", name: "Read", means: "see pictures, quotes and usage" },
  { scope: "chat", name: "Chat", means: "talk to the chat model" },
];

export const LIMITS: readonly { limit: keyof KeyLimits; name: string; money: boolean }[] = [
  { limit: "imagesPerHour", name: "Images an hour", money: false },
  { limit: "imagesPerDay", name: "Images a day", money: false },
  { limit: "imagesPerMonth", name: "Images a month", money: false },
  { limit: "moneyPerHour", name: "Dollars an hour", money: true },
  { limit: "moneyPerDay", name: "Dollars a day", money: true },
  { limit: "moneyPerMonth", name: "Dollars a month", money: true },
];

export const LIFETIMES = [
  { days: 7, name: "7 days" },
  { days: 30, name: "30 days" },
  { days: 90, name: "90 days" },
  { days: 365, name: "1 year" },
  { days: 0, name: "Never" },
] as const;

/** The form as it is filled in: text as typed; empty text limits nothing. */
export interface KeyForm {
  name: string;
  scopes: Scope[];
  days: number;
  limits: Partial<Record<keyof KeyLimits, string>>;
  models: string;
  maxImageCost: string;
}

/** A key that can buy a little, for a while. */
export const DEFAULTS: KeyForm = {
  name: "",
  scopes: ["quote", "generate", "read"],
  days: 90,
  limits: { imagesPerDay: "50", moneyPerDay: "5" },
  models: "",
  maxImageCost: "",
};

/** What is being filled in; kept, so that signing in again loses none of it. */
export const keyForm = createKept<KeyForm>(session, "aquatint.key", DEFAULTS);

const number = (text: string | undefined): number | null => {
  const words = text?.trim() ?? "";
  return words === "" ? null : Number(words);
};

const DAY_MS = 86_400_000;

/** The form as the gateway takes it. */
export const newKey = (form: KeyForm, now: number): NewKey => ({
  name: form.name.trim(),
  scopes: form.scopes,
  limits: Object.fromEntries(
    LIMITS.map(({ limit }) => [limit, number(form.limits[limit])]).filter(
      ([, limit]) => limit !== null,
    ),
  ),
  models: form.models.split(/[\s,]+/).filter((model) => model !== ""),
  maxImageCost: number(form.maxImageCost),
  expiresAt: form.days === 0 ? null : new Date(now + form.days * DAY_MS).toISOString(),
});
