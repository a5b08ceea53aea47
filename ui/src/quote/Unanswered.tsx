import type { Item } from "../api/types";
import { ceiling } from "../design/format";
import { Notice } from "../design/Notice";
import { Facts } from "./Card";
import { BlankPlate } from "./Plate";

/** Confirmed, but no answer came: no price to press until the gateway has told what is true. */
export function Unanswered({ item }: { item: Item }) {
  return (
    <>
      <BlankPlate size={item.size}>
        <p className="font-serif text-[1.05rem] italic">Asking what became of it…</p>
      </BlankPlate>
      <div className="flex flex-col gap-3.5 px-4.5 pt-4 pb-4.5">
        <Facts item={item} />
        <Notice tone="warn" icon="warn" title="The gateway did not answer your confirmation">
          <p>
            The image may be in the making, for never more than {ceiling(item.maxCost)}. This card
            asks again every few seconds and then shows what is true.
          </p>
        </Notice>
      </div>
    </>
  );
}
