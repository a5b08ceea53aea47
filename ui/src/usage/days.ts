import type { UsageLine, UsageReport } from "../api/types";

const DAY_MS = 86_400_000;

/** One column of the chart: a day, or a week that ends with the last of its days. */
export interface Span extends UsageLine {
  /** Its first and its last day, YYYY-MM-DD in UTC. */
  from: string;
  to: string;
}

const NOTHING: UsageLine = { spent: 0, images: 0, attempts: 0, unknown: 0, overrun: 0 };

const iso = (time: number): string => new Date(time).toISOString().slice(0, 10);

const plus = (a: UsageLine, b: UsageLine): UsageLine => ({
  spent: a.spent + b.spent,
  images: a.images + b.images,
  attempts: a.attempts + b.attempts,
  unknown: a.unknown + b.unknown,
  overrun: (a.overrun ?? 0) + (b.overrun ?? 0),
});

export const sum = (lines: readonly UsageLine[]): UsageLine => lines.reduce(plus, NOTHING);

/** The gateway's days, the quiet ones too, until its today. */
export function everyDay({ days, byDay, resetsAt }: UsageReport): Span[] {
  const today = Date.parse(resetsAt.day) - DAY_MS;
  const lines = new Map(byDay.map((line) => [line.day, line]));
  return Array.from({ length: days }, (_, index) => {
    const day = iso(today - (days - 1 - index) * DAY_MS);
    return { ...NOTHING, ...lines.get(day), from: day, to: day };
  });
}

/** Columns wide enough to read and to hit: days for a month, beyond that weeks. */
export function columns(days: readonly Span[]): Span[] {
  const each = days.length > 31 ? 7 : 1;
  const spans: Span[] = [];
  for (let end = days.length; end > 0; end -= each) {
    const part = days.slice(Math.max(0, end - each), end);
    const [first, last] = [part[0], part.at(-1)];
    if (first && last) spans.unshift({ ...sum(part), from: first.from, to: last.to });
  }
  return spans;
}

/** The least of 1, 2, 5, 10, 20 … cents that no column rises above. */
export function topOf(spans: readonly Span[]): number {
  const highest = Math.max(0.01, ...spans.map(({ spent, unknown }) => spent + unknown));
  const power = 10 ** Math.floor(Math.log10(highest));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= highest * (1 - 1e-9)) ?? 10;
  return step * power;
}
