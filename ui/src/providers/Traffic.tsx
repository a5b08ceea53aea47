import type { ProviderLine } from "../api/types";
import { duration } from "./describe";

function Time({ name, ms, most }: { name: string; ms: number; most: number }) {
  return (
    <div className="grid grid-cols-[3.2rem_1fr_auto] items-center gap-2 text-[0.84rem]">
      <dt className="text-soft">{name}</dt>
      <dd className="contents tabular-nums">
        <span className="flex h-1.5" aria-hidden="true">
          <i className="inked rounded-r-sm text-edge" style={{ width: `${(ms / most) * 100}%` }} />
        </span>
        {duration(ms)}
      </dd>
    </div>
  );
}

interface TrafficProps {
  traffic: ProviderLine["traffic"];
  name: string;
  /** What fills a bar, in milliseconds. */
  slowest: number;
}

/** How it did lately, from the gateway's own orders and nobody's promises. */
export function Traffic({ traffic, name, slowest }: TrafficProps) {
  const { attempts, successRate, p50Ms, p95Ms } = traffic;
  if (attempts === 0) {
    return <p className="text-[0.87rem] text-soft">No orders in the last 24 hours.</p>;
  }
  const rate = successRate === null ? null : Math.floor(successRate * 1000) / 10;
  return (
    <div className="flex flex-col gap-2">
      <p className="flex items-baseline gap-2 tabular-nums">
        <b className="shrink-0 font-serif text-[1.6rem] leading-tight font-semibold">
          {rate === null ? "–" : `${rate}%`}
        </b>
        <span className="text-[0.84rem] text-soft">
          succeeded, of {attempts} {attempts === 1 ? "order" : "orders"} in 24 hours
        </span>
      </p>
      {rate !== null && (
        <progress className="gauge" max={100} value={rate} aria-label={`${name}: succeeded`} />
      )}
      {p50Ms !== null && p95Ms !== null && (
        <dl className="mt-1 flex flex-col gap-0.5">
          <Time name="Half in" ms={p50Ms} most={slowest} />
          <Time name="95% in" ms={p95Ms} most={slowest} />
        </dl>
      )}
    </div>
  );
}
