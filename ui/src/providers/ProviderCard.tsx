import type { ProviderLine } from "../api/types";
import { ProviderBadge } from "../design/Chip";
import { away } from "../design/format";
import { Icon } from "../design/Icon";
import { useNow } from "../design/useNow";
import { Breaker } from "./Breaker";
import { countdown, inTrouble, switchedOff, waitsFor } from "./describe";
import { Reset } from "./Reset";
import { Traffic } from "./Traffic";

function State({ available }: { available: boolean }) {
  return (
    <span
      className={`ml-auto flex items-center gap-1.5 rounded-full px-2.5 py-0.5 text-[0.78rem] font-semibold ${available ? "bg-ok-wash text-ok" : "bg-warn-wash text-warn"}`}
    >
      <Icon name={available ? "check" : "hand"} className="size-3.5" />
      {available ? "Available" : "Not available"}
    </span>
  );
}

function Gone({ models }: { models: ProviderLine["modelsGone"] }) {
  if (models.length === 0) return null;
  return (
    <div className="text-[0.87rem]">
      <p className="text-[0.84rem] text-soft">It said that it does not have</p>
      <ul>
        {models.map(({ model, until }) => (
          <li key={model}>
            {model}
            {until && <span className="text-soft">, asked again {away(until)}</span>}
          </li>
        ))}
      </ul>
    </div>
  );
}

interface ProviderCardProps {
  line: ProviderLine;
  /** The longest time that any provider tells, which the bars are drawn against. */
  slowest: number;
  operator: boolean;
}

export function ProviderCard({ line, slowest, operator }: ProviderCardProps) {
  const now = useNow(waitsFor(line) === null ? null : 1000);
  const cooling = countdown(line.coolingUntil, now);
  const off = switchedOff(line) && !inTrouble(line) && line.traffic.attempts === 0;
  return (
    <li className="flex flex-col gap-4 rounded-2xl border border-line bg-sheet p-4.5 shadow-sheet">
      <div className="flex flex-wrap items-center gap-2">
        <h2>
          <ProviderBadge provider={line.provider} label={line.label} />
        </h2>
        <State available={line.available} />
      </div>
      {!line.available && <p className="-mt-1.5 text-[0.87rem]">{line.reason}</p>}
      {!off && (
        <>
          <Traffic traffic={line.traffic} name={line.label} slowest={slowest} />
          <Breaker line={line} now={now} />
        </>
      )}
      {cooling && (
        <p className="flex items-center gap-1.5 text-[0.87rem] tabular-nums">
          <Icon name="clock" className="size-4 self-start text-soft" />
          <span>
            It asked for a pause: next order <span className="whitespace-nowrap">{cooling}</span>
          </span>
        </p>
      )}
      <Gone models={line.modelsGone} />
      {operator && inTrouble(line) && (
        <div className="mt-auto flex flex-col">
          <Reset line={line} />
        </div>
      )}
    </li>
  );
}
