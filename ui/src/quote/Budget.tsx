import { dollars, price } from "../design/format";
import { useUsage } from "../queries/usage";

/** What is left of today's budget, and that it is too little for this. Silent without a limit. */
export function Budget({ most }: { most: number }) {
  const usage = useUsage().data;
  const left = usage?.remaining.cost;
  if (!usage || left == null) return null;
  if (left < most) {
    return (
      <span className="block font-medium text-warn tabular-nums">
        Today's budget has {price(left)} left: less than this may cost.
      </span>
    );
  }
  const { dailyCost } = usage.limits;
  return (
    <span className="whitespace-nowrap tabular-nums">
      {dollars(left)} left of today's{dailyCost === null ? " budget" : ` ${dollars(dailyCost)}`}.
    </span>
  );
}
