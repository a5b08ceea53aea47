import type { UsageReport } from "../api/types";
import { Disclosure } from "../design/Disclosure";
import { Chart } from "./Chart";
import { columns, everyDay, type Span } from "./days";
import { daysInWords, money } from "./words";

const CELL = "py-1.5 pl-4 text-right tabular-nums";

function Twin({ spans, every }: { spans: readonly Span[]; every: string }) {
  return (
    <table className="w-full">
      <caption className="sr-only">Spent, {every}</caption>
      <thead className="text-[0.81rem] text-soft">
        <tr>
          <th scope="col" className="py-1.5 text-left font-medium">
            Days (UTC)
          </th>
          <th scope="col" className={`${CELL} font-medium`}>
            Spent
          </th>
          <th scope="col" className={`${CELL} font-medium`}>
            Images
          </th>
          <th scope="col" className={`${CELL} font-medium`}>
            Held
          </th>
        </tr>
      </thead>
      <tbody>
        {spans.toReversed().map((span) => (
          <tr key={span.from} className="border-t border-line">
            <th scope="row" className="py-1.5 text-left font-normal">
              {daysInWords(span)}
            </th>
            <td className={CELL}>{money(span.spent)}</td>
            <td className={CELL}>{span.images}</td>
            <td className={CELL}>{money(span.unknown)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What was spent when, as a picture and as a table. */
export function OverTime({ report }: { report: UsageReport }) {
  const spans = columns(everyDay(report));
  const every = spans.length < report.days ? "by week" : "by day";
  return (
    <section
      aria-labelledby="over-time"
      className="overflow-hidden rounded-2xl border border-line bg-sheet shadow-sheet"
    >
      <div className="flex flex-col gap-3 p-4.5">
        <h2 id="over-time" className="font-serif text-xl font-semibold first-letter:uppercase">
          {every}
        </h2>
        <Chart spans={spans} every={every} />
      </div>
      <Disclosure title="As a table" gist={`${spans.length} lines`}>
        <Twin spans={spans} every={every} />
      </Disclosure>
    </section>
  );
}
