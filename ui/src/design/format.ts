const PROVIDERS: Readonly<Record<string, string>> = {
  openai: "OpenAI",
  together: "Together AI",
  replicate: "Replicate",
  gemini: "Gemini",
  chat: "Chat model",
};

export const providerName = (provider: string): string => PROVIDERS[provider] ?? provider;

/** A price, to 4 decimals: $0.0937. */
export const price = (dollars: number): string => `$${dollars.toFixed(4)}`;

/** A ceiling, rounded up to 4 decimals: a promise must not be smaller than what it stands for. */
export const ceiling = (dollars: number): string =>
  price(Math.ceil(Math.round(dollars * 1e6) / 100) / 1e4);

/** An everyday amount, to 2 decimals: $1.42. */
export const dollars = (amount: number): string => `$${amount.toFixed(2)}`;

/** A price as one says it: "9 cents". */
export function spokenPrice(amount: number): string {
  const cents = Math.round(amount * 100);
  if (cents < 1) return "less than 1 cent";
  return cents < 100 ? `${cents} ${cents === 1 ? "cent" : "cents"}` : dollars(amount);
}

export function seconds(value: number): string {
  const whole = Math.round(value);
  if (whole < 60) return `${whole} s`;
  const rest = whole % 60;
  return `${Math.floor(whole / 60)} min${rest === 0 ? "" : ` ${rest} s`}`;
}

/** A time of day as one says it here, with its day when that is not today: "at 16:00". */
export function moment(iso: string): string {
  const when = new Date(iso);
  const time = when.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  if (when.toDateString() === new Date().toDateString()) return `at ${time}`;
  return `on ${when.toLocaleDateString([], { weekday: "long" })} at ${time}`;
}

/** A day as one writes it here: "22 Nov 2026". */
export const day = (iso: string): string =>
  new Date(iso).toLocaleDateString([], { day: "numeric", month: "short", year: "numeric" });

const UNITS = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
] as const;

/** How far from now, roughly: "3 hours ago", "in 2 days", "just now". */
export function away(iso: string, now = Date.now()): string {
  const apart = Date.parse(iso) - now;
  const unit = UNITS.find(([, ms]) => Math.abs(apart) >= ms);
  if (!unit) return apart > 0 ? "in a moment" : "just now";
  return new Intl.RelativeTimeFormat("en").format(Math.round(apart / unit[1]), unit[0]);
}

/** "1024x1536" as one writes it, 1024×1536. */
export const dimensions = (size: string): string => size.replace("x", "×");

/** Width over height; 1 when the size is not told. */
export function ratio(size: string): number {
  const [width, height] = size.split("x").map(Number);
  return width && height ? width / height : 1;
}

export const cut = (text: string, length: number): string =>
  text.length > length ? `${text.slice(0, length).trimEnd()}…` : text;

/** An image in Markdown; brackets in its words must not end the words. */
export const markdownImage = (words: string, url: string): string =>
  `![${words.replace(/\s+/g, " ").replace(/[\\[\]]/g, "\\$&")}](${url})`;
