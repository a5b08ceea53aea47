import type { ProviderLine } from "../api/types";
import { moment, seconds } from "../design/format";

export type Breaker = "closed" | "open" | "half_open";

export const breakerOf = ({ breaker: { state } }: ProviderLine): Breaker => {
  const word = state.toLowerCase();
  return word === "open" || word === "half_open" ? word : "closed";
};

const left = (iso: string, now: number) => Math.ceil((Date.parse(iso) - now) / 1000);

/** The next moment at which something ends by itself; null where nothing does. */
export const waitsFor = ({ breaker, coolingUntil }: ProviderLine): string | null =>
  breaker.nextProbeAt ?? coolingUntil;

/** "in 42 s", "in 3 min"; null once it is over. */
export function countdown(iso: string | null, now: number): string | null {
  if (iso === null || left(iso, now) <= 0) return null;
  const wait = left(iso, now);
  return wait > 3600 ? moment(iso) : `in ${seconds(wait)}`;
}

/** What the breaker does, and what it will do next. */
export function breakerInWords(line: ProviderLine, now: number): string {
  const { failures, threshold, nextProbeAt } = line.breaker;
  const row = `${failures} ${failures === 1 ? "failure" : "failures"} in a row`;
  switch (breakerOf(line)) {
    case "open": {
      const wait = countdown(nextProbeAt, now);
      return `Open after ${row}. ${wait ? `Next try ${wait}` : "The next order is a try"}.`;
    }
    case "half_open":
      return "Half open: one order tries whether it works again.";
    default:
      return failures > 0 ? `Closed; ${row}, opens at ${threshold}.` : "Closed: no failure lately.";
  }
}

/** Left out by a missing key or a switch, which no wait will change. */
export const switchedOff = ({ available, code }: ProviderLine): boolean =>
  !available && ["no_key", "disabled"].includes(code);

/** True where a reset would change something. */
export const inTrouble = (line: ProviderLine): boolean =>
  breakerOf(line) !== "closed" ||
  line.breaker.failures > 0 ||
  line.coolingUntil !== null ||
  line.modelsGone.length > 0;

/** "6.2 s", "35 s" */
export const duration = (ms: number): string =>
  ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : seconds(ms / 1000);
