import { useEffect, useState } from "react";
import type { Problem } from "../api/problems";
import type { Alternative, Item } from "../api/types";
import { Button } from "../design/Button";
import { ceiling, dimensions, moment, price, seconds } from "../design/format";
import { Icon } from "../design/Icon";
import { Notice } from "../design/Notice";
import { useNow } from "../design/useNow";
import { Adjust } from "./Adjust";
import { Alternatives } from "./Alternatives";
import { Budget } from "./Budget";
import { Facts } from "./Card";
import { Constraints } from "./Constraints";
import { useOnDesk } from "./desk";
import { missedBy, triedNext } from "./fallback";
import { Proof } from "./Plate";
import { useAdjust } from "./useAdjust";
import { WhyThisModel } from "./WhyThisModel";

interface PendingProps {
  /** The id that this card was first said with. */
  seed: string;
  item: Item;
  /** Without other settings. */
  fixed: boolean;
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

function Trouble({ problem }: { problem: Problem | null }) {
  if (!problem) return null;
  return (
    <Notice tone="bad" icon="warn" title={problem.message}>
      {problem.resetsAt && <p>This limit ends {moment(problem.resetsAt)}.</p>}
    </Notice>
  );
}

interface PayProps {
  offer: Item;
  /** Another price is being asked for, or cannot be had. */
  pricing: boolean;
  onPay: () => void;
}

function Pay({ offer, pricing, onPay }: PayProps) {
  const { n = 1 } = offer;
  const words = n > 1 ? `Generate ${n} Images for` : "Generate Image for";
  const next = triedNext(offer);
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2.5">
      <Button
        kind="pay"
        className="w-full shrink-0 wide:w-auto"
        disabled={pricing}
        aria-label={pricing ? undefined : `${words} ${price(offer.cost)} with ${offer.model}`}
        onClick={onPay}
      >
        {pricing ? "Asking for a price…" : `${words} ${price(offer.cost)}`}
      </Button>
      <p className="min-w-0 flex-1 basis-60 text-[0.84rem] leading-snug text-soft">
        <b className="font-semibold text-ink">Never more than {ceiling(offer.maxCost)}</b>
        {offer.fallbacks?.length === 0 ? "." : ", fallback included."}
        {offer.estimatedSeconds != null && (
          <span className="whitespace-nowrap"> Usually {seconds(offer.estimatedSeconds)}.</span>
        )}{" "}
        <Budget most={offer.maxCost} />
      </p>
      {next && <p className="basis-full text-[0.84rem] leading-snug text-soft">{next}</p>}
    </div>
  );
}

/** The alternative chosen for this very quote; a new quote begins without one. */
function useChoice({ id, availableAlternatives = [] }: Item) {
  const [choice, setChoice] = useState<{ of: string; key: string } | null>(null);
  const chosen =
    choice?.of === id
      ? (availableAlternatives.find(({ modelKey }) => modelKey === choice.key) ?? null)
      : null;
  const choose = (alternative: Alternative | null) =>
    setChoice(alternative && { of: id, key: alternative.modelKey });
  return [chosen, choose] as const;
}

/** A price, and the button that accepts it. */
export function Pending({ seed, item, fixed, problem, onConfirm, onExpired }: PendingProps) {
  const [chosen, choose] = useChoice(item);
  const adjusting = useAdjust(item, chosen);
  const { pricing } = adjusting;
  const offer = { ...item, ...chosen };
  const buy = () => onConfirm(chosen);
  const missed = chosen ? [] : missedBy(item);
  useOnDesk(seed, item, {
    cost: offer.cost,
    maxCost: offer.maxCost,
    ready: !pricing,
    buy,
  });
  return (
    <>
      <Proof size={offer.size} n={offer.n}>
        <p className="line-clamp-6 font-serif text-[1.05rem] leading-snug italic">{item.prompt}</p>
        <p className="text-[0.81rem] text-soft tabular-nums">
          {(offer.n ?? 1) > 1 && `${offer.n} of `}
          {dimensions(offer.size)} will appear here
        </p>
      </Proof>
      <div className="flex flex-col gap-3.5 px-4.5 pt-4 pb-4.5">
        <Facts item={offer} />
        <Warnings texts={[...missed, ...(item.warnings ?? [])]} />
        <Trouble problem={problem} />
        <Pay offer={offer} pricing={pricing} onPay={buy} />
        {item.expiresAt && <LastMinute expiresAt={item.expiresAt} onExpired={onExpired} />}
      </div>
      <WhyThisModel item={item} />
      <Alternatives item={item} chosen={chosen} onChoose={choose} />
      {!fixed && <Adjust item={item} chosen={chosen} adjusting={adjusting} />}
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
