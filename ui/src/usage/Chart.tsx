import { type PointerEvent, useState } from "react";
import type { Span } from "./days";
import { topOf } from "./days";
import { daysInWords, lineInWords, money } from "./words";

const share = (amount: number, top: number) => `${(amount / top) * 100}%`;

function Column({ span, top, chosen }: { span: Span; top: number; chosen: boolean }) {
  return (
    <div
      className={`flex h-full min-w-0 flex-1 flex-col items-center justify-end rounded-t-sm ${chosen ? "bg-mat outline outline-edge" : ""}`}
    >
      {span.unknown > 0 && (
        <span
          className="hatched min-h-1 w-3/4 max-w-9 border border-copper text-copper"
          style={{ height: share(span.unknown, top) }}
        />
      )}
      {span.spent > 0 && (
        <span
          className="inked min-h-0.5 w-3/4 max-w-9 rounded-t-[2px] text-plate"
          style={{ height: share(span.spent, top) }}
        />
      )}
    </div>
  );
}

function Scale({ top }: { top: number }) {
  return [1, 0.5, 0].map((part) => (
    <div
      key={part}
      className="absolute inset-x-0 border-t border-line"
      style={{ bottom: `${part * 100}%` }}
    >
      <span className="absolute -top-5 left-0 text-[0.75rem] text-soft tabular-nums">
        {part > 0 && money(top * part)}
      </span>
    </div>
  ));
}

function Legend() {
  return (
    <p className="flex gap-4 text-[0.78rem] text-soft">
      <span className="flex items-center gap-1.5">
        <i className="inked size-3 rounded-[2px] text-plate" />
        spent
      </span>
      <span className="flex items-center gap-1.5">
        <i className="hatched size-3 border border-copper text-copper" />
        held, no answer
      </span>
    </p>
  );
}

/** Which of `count` columns lies under the pointer. */
function under({ clientX, currentTarget }: PointerEvent<HTMLElement>, count: number): number {
  const { left, width } = currentTarget.getBoundingClientRect();
  return Math.min(count - 1, Math.max(0, Math.floor(((clientX - left) / width) * count)));
}

/** Money over time. One column is told in words: the arrow keys, a finger or the mouse move it. */
export function Chart({ spans, every }: { spans: readonly Span[]; every: string }) {
  const [wanted, choose] = useState(Number.POSITIVE_INFINITY);
  const index = Math.min(wanted, spans.length - 1);
  const span = spans[index];
  const top = topOf(spans);
  if (!span) return null;
  return (
    <figure className="flex flex-col gap-2">
      <figcaption className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
        <span className="tabular-nums">
          <b className="font-semibold">{daysInWords(span)}</b>: {lineInWords(span)}
        </span>
        <Legend />
      </figcaption>
      <div className="relative mt-5 h-44 rounded-sm has-focus-visible:outline-2 has-focus-visible:outline-offset-4 has-focus-visible:outline-plate">
        <Scale top={top} />
        <div className="absolute inset-0 flex" aria-hidden="true">
          {spans.map((each, place) => (
            <Column key={each.from} span={each} top={top} chosen={place === index} />
          ))}
        </div>
        <input
          type="range"
          min={0}
          max={spans.length - 1}
          value={index}
          aria-label={`Spent, ${every}`}
          aria-valuetext={`${daysInWords(span)}: ${lineInWords(span)}`}
          onChange={({ target }) => choose(Number(target.value))}
          onPointerMove={(event) => choose(under(event, spans.length))}
          className="absolute inset-0 size-full touch-pan-y cursor-crosshair opacity-0"
        />
      </div>
      <p className="flex justify-between text-[0.78rem] text-soft" aria-hidden="true">
        <span>{spans[0] && daysInWords({ ...spans[0], to: spans[0].from })}</span>
        <span>today</span>
      </p>
    </figure>
  );
}
