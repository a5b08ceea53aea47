import { Button } from "../design/Button";
import { ceiling, dollars, price } from "../design/format";
import { useUsage } from "../queries/usage";
import type { Offer, Place } from "./desk";

const sum = (offers: readonly Offer[], of: "cost" | "maxCost"): number =>
  offers.reduce((total, offer) => total + offer[of], 0);

const FATES = [
  ["complete", "ready"],
  ["generating", "being made"],
  ["error", "could not be made"],
  ["refused", "refused"],
  ["unknown", "without an answer"],
  ["cancelled", "cancelled"],
  ["expired", "expired"],
] as const;

/** "2 ready, 1 could not be made"; nothing while every card still shows a price. */
function fates(places: readonly Place[]): string {
  const count = (status: string) => places.filter(({ item }) => item.status === status).length;
  const told = FATES.map(([status, words]) => [count(status), words] as const);
  return told
    .filter(([number]) => number > 0)
    .map(([number, words]) => `${number} ${words}`)
    .join(", ");
}

function Budget({ most }: { most: number }) {
  const left = useUsage().data?.remaining.cost;
  if (left == null || left >= most) return null;
  return (
    <p className="basis-full text-[0.84rem] text-warn">
      Today's budget has {dollars(left)} left: some of them may not be bought.
    </p>
  );
}

function Buy({ offers, rest }: { offers: readonly Offer[]; rest: boolean }) {
  const ready = offers.every((offer) => offer.ready);
  const most = sum(offers, "maxCost");
  const all = rest ? `the other ${offers.length}` : "all";
  const words = `Generate ${all} for ${price(sum(offers, "cost"))}`;
  return (
    <>
      <Button
        kind="pay"
        disabled={!ready}
        aria-label={ready ? `${words}, ${offers.length} images` : undefined}
        onClick={() => {
          for (const offer of offers) offer.buy();
        }}
      >
        {ready ? words : "Asking for a price…"}
      </Button>
      <p className="min-w-0 flex-1 basis-60 text-[0.84rem] leading-snug text-soft">
        <b className="font-semibold text-ink">Never more than {ceiling(most)}</b> together. Each
        card is bought on its own; one that fails costs the others nothing.
      </p>
      <Budget most={most} />
    </>
  );
}

/** Several cards of one message: how they fare, and one button for all that are still to be had. */
export function Batch({ places }: { places: readonly Place[] }) {
  if (places.length < 2) return null;
  const offers = places.flatMap(({ offer }) => offer ?? []);
  const told = fates(places);
  return (
    <section
      aria-label={`${places.length} images`}
      className="flex w-full max-w-160 flex-wrap items-center gap-x-4 gap-y-2.5 rounded-2xl border border-line bg-sheet px-4.5 py-3.5 shadow-sheet"
    >
      <p className="basis-full text-[0.87rem] tabular-nums">
        <b className="font-semibold">{places.length} images</b>
        {told && <span className="text-soft">: {told}</span>}
      </p>
      {offers.length > 1 && <Buy offers={offers} rest={offers.length < places.length} />}
    </section>
  );
}
