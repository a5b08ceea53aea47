import { type ReactNode, useId } from "react";
import type { UsageLine } from "../api/types";
import { money } from "./words";

export interface Part extends UsageLine {
  id: string;
  name: ReactNode;
}

interface BreakdownProps {
  title: string;
  of: string;
  parts: readonly Part[];
}

const CELL = "py-2.5 pl-4 text-right align-top whitespace-nowrap tabular-nums";
const HEAD = "py-2 pl-4 text-right font-medium whitespace-nowrap";

function Row({ part, most }: { part: Part; most: number }) {
  const { name, spent, images, unknown } = part;
  return (
    <tr className="border-t border-line">
      <th scope="row" className="w-full py-2.5 text-left font-normal">
        {name}
        <span className="mt-2 flex h-2" aria-hidden="true">
          <i
            className="inked rounded-r-sm text-plate"
            style={{ width: `${(spent / most) * 100}%` }}
          />
          {unknown > 0 && (
            <i
              className="hatched border border-copper text-copper"
              style={{ width: `${(unknown / most) * 100}%` }}
            />
          )}
        </span>
      </th>
      <td className={CELL}>
        {money(spent)}
        {unknown > 0 && (
          <span className="block text-[0.78rem] text-soft">{money(unknown)} held</span>
        )}
      </td>
      <td className={CELL}>{images}</td>
      <td className={`${CELL} hidden @sm:table-cell`}>
        {images > 0 ? money(spent / images) : "–"}
      </td>
    </tr>
  );
}

/** Who got how much, the largest first: a table that is its own chart. */
export function Breakdown({ title, of, parts }: BreakdownProps) {
  const heading = useId();
  const most = Math.max(1e-6, ...parts.map(({ spent, unknown }) => spent + unknown));
  return (
    <section
      aria-labelledby={heading}
      className="@container rounded-2xl border border-line bg-sheet px-4.5 pt-4 pb-2 shadow-sheet"
    >
      <h2 id={heading} className="font-serif text-xl font-semibold">
        {title}
      </h2>
      <table className="w-full text-[0.87rem]">
        <thead className="text-[0.81rem] text-soft">
          <tr>
            <th scope="col" className="py-2 text-left font-medium">
              {of}
            </th>
            <th scope="col" className={HEAD}>
              Spent
            </th>
            <th scope="col" className={HEAD}>
              Images
            </th>
            <th scope="col" className={`${HEAD} hidden @sm:table-cell`}>
              Each
            </th>
          </tr>
        </thead>
        <tbody>
          {parts
            .toSorted((a, b) => b.spent + b.unknown - (a.spent + a.unknown))
            .map((part) => (
              <Row key={part.id} part={part} most={most} />
            ))}
        </tbody>
      </table>
    </section>
  );
}
