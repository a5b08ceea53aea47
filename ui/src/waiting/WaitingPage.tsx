import type { WaitingItem } from "../api/types";
import { useWaitingId } from "../chat/location";
import { away, ceiling, moment, price } from "../design/format";
import { Notice } from "../design/Notice";
import { useWaiting } from "../queries/waiting";
import { askerOf } from "./asker";
import { waitingLink } from "./link";
import { WaitingRoom } from "./WaitingRoom";

function Line({ item }: { item: WaitingItem }) {
  const { asked, expiresAt } = item;
  return (
    <li>
      <a
        href={waitingLink(item.id)}
        className="flex flex-col gap-1 rounded-2xl border border-line bg-sheet px-4.5 py-3.5 shadow-sheet hover:border-edge"
      >
        <span className="line-clamp-2 font-serif text-[1.05rem] leading-snug italic">
          {item.prompt}
        </span>
        <span className="text-[0.87rem] tabular-nums">
          <b className="font-semibold">{price(item.cost)}</b>, never more than{" "}
          {ceiling(item.maxCost)}, by {item.model}
        </span>
        <span className="text-[0.84rem] text-soft">
          Asked by {askerOf(asked)} {away(asked.at)}.
          {expiresAt && ` The price ends ${moment(expiresAt)}.`}
        </span>
      </a>
    </li>
  );
}

function List() {
  const { data: items, error } = useWaiting();
  if (!items) return error && <Notice tone="bad" icon="warn" title={error.message} />;
  if (items.length === 0) return <p className="text-soft">Nothing waits for you.</p>;
  return (
    <ul aria-label="Waiting quotes" className="flex max-w-160 flex-col gap-3.5">
      {items.map((item) => (
        <Line key={item.id} item={item} />
      ))}
    </ul>
  );
}

/** What programs asked for and may not buy alone: all of it, or the one that the address names. */
export default function WaitingPage() {
  const id = useWaitingId();
  if (id !== null) return <WaitingRoom key={id} id={id} />;
  return (
    <>
      <p className="-mt-3 max-w-[62ch] text-soft">
        What programs of yours asked for and may not buy alone. Nothing is bought until you confirm
        it.
      </p>
      <List />
    </>
  );
}
