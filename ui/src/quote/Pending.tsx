import { useEffect, useState } from "react";
import type { Problem } from "../api/problems";
import type { Alternative, Item } from "../api/types";
import { Button } from "../design/Button";
import { ceiling, dimensions, moment, price, seconds } from "../design/format";
import { Icon } from "../design/Icon";
import { Notice } from "../design/Notice";
import { useNow } from "../design/useNow";
import { Alternatives } from "./Alternatives";
import { Facts } from "./Card";
import { Constraints } from "./Constraints";
import { BlankPlate } from "./Plate";
import { WhyThisModel } from "./WhyThisModel";

interface PendingProps {
  item: Item;
  problem: Problem | null;
  onConfirm: (chosen: Alternative | null) => void;
  /** The time of this price is over. */
  onExpired: () => void;
}

function Warnings({ texts }: { texts: readonly string[] }) {
  return texts.map((text) => (
    <p key={text} className="flex items-start gap-2 text-[0.84rem] text-soft">
      <Icon name="info" className="mt-0.5 size-4" />
      {text}
    </p>
  ));
}

/** A price, and the button that accepts it. */
export function Pending({ item, problem, onConfirm, onExpired }: PendingProps) {
  const [chosen, setChosen] = useState<Alternative | null>(null);
  const offer = { ...item, ...chosen };
  return (
    <>
      <BlankPlate size={offer.size}>
        <p className="line-clamp-6 max-w-md font-serif text-[1.05rem] leading-snug italic">
          {item.prompt}
        </p>
        <p className="text-[0.81rem] text-soft tabular-nums">
          {dimensions(offer.size)} will appear here
        </p>
      </BlankPlate>
      <div className="flex flex-col gap-3.5 px-4.5 pt-4 pb-4.5">
        <Facts item={offer} />
        <Warnings texts={item.warnings ?? []} />
        {problem && (
          <Notice tone="bad" icon="warn" title={problem.message}>
            {problem.resetsAt && <p>This limit ends {moment(problem.resetsAt)}.</p>}
          </Notice>
        )}
        <div className="flex flex-col items-stretch gap-x-4 gap-y-2.5 wide:flex-row wide:items-center">
          <Button
            kind="pay"
            className="shrink-0"
            aria-label={`Generate Image for ${price(offer.cost)} with ${offer.model}`}
            onClick={() => onConfirm(chosen)}
          >
            Generate Image for {price(offer.cost)}
          </Button>
          <p className="text-[0.84rem] leading-snug text-soft">
            <b className="font-semibold text-ink">Never more than {ceiling(offer.maxCost)}</b>,
            fallback included.
            {offer.estimatedSeconds != null && (
              <span className="block">Usually {seconds(offer.estimatedSeconds)}.</span>
            )}
          </p>
        </div>
        {item.expiresAt && <LastMinute expiresAt={item.expiresAt} onExpired={onExpired} />}
      </div>
      <WhyThisModel item={item} />
      <Alternatives item={item} chosen={chosen} onChoose={setChosen} />
      <Constraints item={item} />
    </>
  );
}

const MINUTE = 60_000;

/** Silent until a price's last minute. */
function LastMinute({ expiresAt, onExpired }: { expiresAt: string; onExpired: () => void }) {
  const end = Date.parse(expiresAt);
  const [near, setNear] = useState(end - Date.now() <= MINUTE);
  const now = useNow(near ? 1000 : null);
  const over = near && now >= end;

  useEffect(() => {
    const timer = setTimeout(() => setNear(true), Math.max(0, end - Date.now() - MINUTE));
    return () => clearTimeout(timer);
  }, [end]);

  useEffect(() => {
    if (over) onExpired();
  }, [over, onExpired]);

  if (!near || over) return null;
  return (
    <p className="text-[0.84rem] text-warn tabular-nums">
      This price holds for another {seconds((end - now) / 1000)}.
    </p>
  );
}
