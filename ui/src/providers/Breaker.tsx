import type { ProviderLine } from "../api/types";
import { breakerInWords, breakerOf } from "./describe";

const MOST_PIPS = 10;

/** One mark for each failure that it takes, filled for each that there was. */
function Pips({ failures, threshold }: { failures: number; threshold: number }) {
  if (threshold > MOST_PIPS) return null;
  return (
    <span className="flex gap-1" aria-hidden="true">
      {Array.from({ length: threshold }, (_, place) => place + 1).map((place) => (
        <i
          key={place}
          className={`size-2.5 rounded-full border ${place <= failures ? "inked border-bad text-bad" : "border-edge"}`}
        />
      ))}
    </span>
  );
}

export function Breaker({ line, now }: { line: ProviderLine; now: number }) {
  const { failures, threshold } = line.breaker;
  const tripped = breakerOf(line) === "open";
  return (
    <div className="flex flex-col gap-1.5">
      <p className="flex items-center justify-between gap-3 text-[0.84rem] text-soft">
        Circuit breaker
        <Pips failures={tripped ? threshold : failures} threshold={threshold} />
      </p>
      <p className="text-[0.87rem] tabular-nums">{breakerInWords(line, now)}</p>
    </div>
  );
}
