import type { UsageReport, UsageWindow } from "../api/types";
import { away } from "../design/format";
import { amountOf, windowName } from "./words";

const percent = (share: number) => `${Math.min(100, Math.max(0, share * 100))}%`;

interface Parts {
  spent: number;
  held: number;
  left: number;
}

function partsOf({ cap, used, held, remaining }: UsageWindow): Parts {
  const taken = used ?? cap - remaining;
  return { spent: taken - (held ?? 0), held: held ?? 0, left: remaining };
}

function Bar({ window, parts, words }: { window: UsageWindow; parts: Parts; words: string }) {
  const { spent, held } = parts;
  const whole = window.cap || 1;
  return (
    // biome-ignore lint/a11y/useSemanticElements: <meter> has one part, this has two.
    <div
      role="meter"
      aria-label={windowName(window)}
      aria-valuemin={0}
      aria-valuemax={window.cap}
      aria-valuenow={Math.min(window.cap, spent + held)}
      aria-valuetext={words}
      className="flex h-3 overflow-hidden rounded-full border border-edge bg-mat"
    >
      <span
        className="inked text-plate"
        style={{ width: window.cap === 0 ? "100%" : percent(spent / whole) }}
      />
      <span className="hatched text-copper" style={{ width: percent(held / whole) }} />
    </div>
  );
}

function Limit({ window }: { window: UsageWindow }) {
  const parts = partsOf(window);
  const say = (value: number) => amountOf(window, value);
  const taken = window.metric === "money" ? "spent" : "made";
  const words = [
    `${say(parts.spent)} ${taken}`,
    ...(parts.held > 0 ? [`${say(parts.held)} held`] : []),
  ].join(", ");
  return (
    <li className="flex flex-col gap-2 rounded-2xl border border-line bg-sheet p-4 shadow-sheet">
      <p className="text-[0.84rem] text-soft">{windowName(window)}</p>
      <p className="tabular-nums">
        <b className="font-serif text-xl font-semibold">{say(parts.left)}</b> left of{" "}
        {say(window.cap)}
      </p>
      <Bar window={window} parts={parts} words={`${words}, ${say(parts.left)} left`} />
      <p className="text-[0.84rem] text-soft tabular-nums">
        {words}; starts anew {away(window.resetsAt)}
      </p>
    </li>
  );
}

const HEADING = "font-serif text-xl font-semibold";

/** Each limit with what is spent, what is held and what is left. */
export function Limits({ report }: { report: UsageReport }) {
  return (
    <section aria-labelledby="limits" className="flex flex-col gap-3">
      <h2 id="limits" className={HEADING}>
        Limits
      </h2>
      {report.windows.length === 0 ? (
        <p className="text-soft">Nothing is limited here, neither money nor images.</p>
      ) : (
        <ul className="grid grid-cols-[repeat(auto-fit,minmax(min(100%,15rem),1fr))] gap-3.5">
          {report.windows.map((window) => (
            <Limit key={`${window.scope}-${window.metric}-${window.period}`} window={window} />
          ))}
        </ul>
      )}
    </section>
  );
}
