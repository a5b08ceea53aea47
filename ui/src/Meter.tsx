import type { Usage } from "./api/types";
import { dollars } from "./design/format";
import { useUsage } from "./queries/usage";

const count = (n: number) => `${n} ${n === 1 ? "image" : "images"}`;

function share({ today, limits }: Usage): number {
  const money = limits.dailyCost ? (today.spent + today.held) / limits.dailyCost : 0;
  const images = limits.imagesPerDay ? today.images / limits.imagesPerDay : 0;
  return Math.min(1, Math.max(money, images));
}

/** What today has cost, against what it may cost. */
export function Meter() {
  const usage = useUsage().data;
  if (!usage) return null;
  const { today, limits } = usage;
  return (
    <section
      aria-label="Budget"
      className="rounded-xl border border-line bg-sheet p-3 text-[0.81rem] tabular-nums"
    >
      <p>
        Today <b className="font-semibold">{dollars(today.spent)}</b>
        {limits.dailyCost !== null && (
          <>
            {" "}
            of <b className="font-semibold">{dollars(limits.dailyCost)}</b>
          </>
        )}
      </p>
      <p className="text-soft">
        {limits.imagesPerDay === null
          ? count(today.images)
          : `${today.images} of ${count(limits.imagesPerDay)}`}
      </p>
      {today.held > 0 && <p className="text-soft">{dollars(today.held)} held</p>}
      <progress className="gauge mt-2" value={share(usage)} aria-label="Used of today's budget" />
    </section>
  );
}

/** The same in the top bar, where there is room for one number. */
export function MeterChip() {
  const usage = useUsage().data;
  if (!usage || usage.limits.dailyCost === null) return null;
  const left = Math.max(0, usage.limits.dailyCost - usage.today.spent - usage.today.held);
  return (
    <span className="rounded-full border border-line px-2.5 py-0.5 text-[0.78rem] whitespace-nowrap text-soft tabular-nums">
      {dollars(left)} left
    </span>
  );
}
