import type { UsageLine } from "../api/types";
import { Notice } from "../design/Notice";
import { money } from "./words";

function Figure({ name, value }: { name: string; value: string }) {
  return (
    <div className="flex flex-col-reverse justify-end bg-sheet px-4.5 py-3.5">
      <dt className="text-[0.84rem] text-soft">{name}</dt>
      <dd className="font-serif text-[1.6rem] leading-tight font-semibold tabular-nums">{value}</dd>
    </div>
  );
}

/** What the range came to, in four numbers. */
export function Totals({ total }: { total: UsageLine }) {
  const { spent, images, unknown } = total;
  return (
    <div className="@container">
      <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-2xl border border-line bg-line shadow-sheet @lg:grid-cols-4">
        <Figure name="Spent" value={money(spent)} />
        <Figure name={images === 1 ? "Image" : "Images"} value={String(images)} />
        <Figure name="An image, on average" value={images > 0 ? money(spent / images) : "–"} />
        <Figure name="Held, no answer" value={money(unknown)} />
      </dl>
    </div>
  );
}

/** What is neither spent nor free, and what is not the person's to pay. */
export function Oddities({ unknown, overrun }: { unknown: number; overrun: number }) {
  return (
    <>
      {unknown > 0 && (
        <Notice tone="warn" icon="clock" title={`${money(unknown)} is held without an answer`}>
          A provider took an order and did not answer, so it may have billed it. The most that it
          can cost stays set aside and counts against your limits. It is settled when the answer
          arrives; dismissing the card hides it and gives nothing back.
        </Notice>
      )}
      {overrun > 0 && (
        <Notice
          tone="plain"
          icon="info"
          title={`Providers billed ${money(overrun)} more than was confirmed`}
        >
          You are not charged for it: nothing costs more than you confirmed. The house bears the
          difference.
        </Notice>
      )}
    </>
  );
}
