import type { Usage } from "./api/types";
import { dollars } from "./design/format";
import { useUsage } from "./queries/usage";

const count = (n: number) => `${n} ${n === 1 ? "image" : "images"}`;

interface Limit {
  /** How much of it is used, from 0 to 1. */
  share: number;
  used: string;
  left: string;
}

function images(limit: number | null, left: number | null, when: string): Limit[] {
  if (limit === null || left === null) return [];
  const share = limit === 0 ? 1 : (limit - left) / limit;
  return [
    { share, used: `${limit - left} of ${count(limit)} ${when}`, left: `${count(left)} left` },
  ];
}

/** The limit on images that ends first: the one that leaves fewer. */
function imageLimit({ limits, remaining }: Usage): Limit[] {
  const { imagesThisHour: hour, imagesToday: day } = remaining;
  return hour !== null && (day === null || hour <= day)
    ? images(limits.imagesPerHour, hour, "this hour")
    : images(limits.imagesPerDay, day, "today");
}

function moneyLimit({ today, limits }: Usage): Limit[] {
  if (limits.dailyCost === null) return [];
  const used = today.spent + today.held;
  const share = limits.dailyCost === 0 ? 1 : used / limits.dailyCost;
  const left = Math.max(0, limits.dailyCost - used);
  return [{ share, used: dollars(used), left: `${dollars(left)} left` }];
}

/** The limit that is used up most; none where nothing is limited. */
const nearest = (usage: Usage): Limit | undefined =>
  [...moneyLimit(usage), ...imageLimit(usage)].sort((a, b) => b.share - a.share)[0];

/** What today has cost, against what it may cost, and how many images may still be made. */
export function Meter() {
  const usage = useUsage().data;
  if (!usage) return null;
  const { today, limits } = usage;
  const limit = nearest(usage);
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
      <p className="text-soft">{imageLimit(usage)[0]?.used ?? count(today.images)}</p>
      {today.held > 0 && <p className="text-soft">{dollars(today.held)} held</p>}
      {limit && (
        <progress
          className="gauge mt-2"
          value={Math.min(1, limit.share)}
          aria-label="Used of the nearest limit"
        />
      )}
    </section>
  );
}

/** The same in the top bar, where there is room for one number. */
export function MeterChip() {
  const usage = useUsage().data;
  const limit = usage && nearest(usage);
  if (!limit) return null;
  return (
    <span className="rounded-full border border-line px-2.5 py-0.5 text-[0.78rem] whitespace-nowrap text-soft tabular-nums">
      {limit.left}
    </span>
  );
}
