import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { toast } from "../a11y/announce";
import type { Item } from "../api/types";
import { Button } from "../design/Button";
import { ceiling, providerName, seconds } from "../design/format";
import { useNow } from "../design/useNow";
import { cancelGeneration } from "../queries/generations";
import { usePreview } from "../queries/previews";
import { refreshItem } from "../queries/quotes";
import { Facts } from "./Card";
import { BlankPlate, Plate } from "./Plate";

function Dots() {
  return (
    <span className="dots text-plate" aria-hidden="true">
      <i />
      <i />
      <i />
    </span>
  );
}

/** Elapsed against usual time; past the usual time it no longer pretends to know. */
function Progress({ elapsed, usual }: { elapsed: number; usual: number | null }) {
  const value = usual !== null && elapsed < usual ? elapsed / usual : undefined;
  return (
    <div className="flex flex-col gap-1.5">
      <progress className="gauge" value={value} aria-label="Elapsed of the usual time" />
      <p className="text-[0.84rem] text-soft tabular-nums">
        {seconds(elapsed)}
        {usual !== null && ` of usually ${seconds(usual)}`}
        {usual !== null && elapsed >= usual && ". Longer than usual; still working."}
      </p>
    </div>
  );
}

interface CancelProps {
  item: Item;
  generationId: string;
  words: string;
}

function Cancel({ item, generationId, words }: CancelProps) {
  const client = useQueryClient();
  const cancel = useMutation({
    mutationFn: cancelGeneration,
    onSettled: () => refreshItem(client, item.id),
    onError: ({ message }) => toast(message),
  });
  return (
    <Button
      icon="close"
      disabled={!cancel.isIdle && !cancel.isError}
      onClick={() => cancel.mutate(generationId)}
    >
      {cancel.isSuccess ? "Asked to stop…" : words}
    </Button>
  );
}

/** Providers whose work can be stopped once it has begun. */
const STOPPABLE: readonly string[] = ["replicate"];

/** What cancelling would lose now: nothing before a provider is asked, and perhaps all after. */
function Ways({ item }: { item: Item }) {
  const { generationId, attempts = [], maxCost } = item;
  if (!generationId) return null;
  const atWork = attempts.find(({ state }) => state === "dispatched");
  if (attempts.length === 0) {
    return <Cancel item={item} generationId={generationId} words="Cancel, costs nothing yet" />;
  }
  if (!atWork) return null;
  const who = providerName(atWork.provider);
  if (STOPPABLE.includes(atWork.provider)) {
    return (
      <>
        <Cancel item={item} generationId={generationId} words="Cancel, may still cost" />
        <p className="text-[0.84rem] text-soft">
          {who} is at work: what it has done by then is billed, up to {ceiling(maxCost)}.
        </p>
      </>
    );
  }
  return (
    <p className="text-[0.84rem] text-soft">
      {who} is at work and can no longer be stopped: its image is paid for, and kept.
    </p>
  );
}

function Making({ item }: { item: Item }) {
  const preview = usePreview(item.generationId);
  const told = (
    <p className="font-serif text-[1.05rem] italic">
      Generating image with {providerName(item.provider)}...
    </p>
  );
  if (!preview || (item.n ?? 1) > 1) {
    return (
      <BlankPlate size={item.size} n={item.n} etching>
        <Dots />
        {told}
      </BlankPlate>
    );
  }
  return (
    <Plate size={item.size} className="grain">
      <img src={preview} alt="" className="appear absolute inset-0 size-full object-contain" />
      <div className="absolute inset-x-0 bottom-0 z-1 flex items-center justify-center gap-3 bg-sheet/90 px-4 py-2">
        <Dots />
        {told}
      </div>
    </Plate>
  );
}

export function Generating({ item }: { item: Item }) {
  const [began] = useState(Date.now);
  const now = useNow(1000);
  const foot = useRef<HTMLDivElement>(null);
  // The plate is larger than the proof was: what stands under it must not slip out of sight.
  // Newer browsers answer with a promise, which is no cleanup.
  useEffect(() => void foot.current?.scrollIntoView?.({ block: "nearest" }), []);
  const start = item.startedAt ? Date.parse(item.startedAt) : began;
  return (
    <>
      <Making item={item} />
      <div ref={foot} className="flex scroll-mb-48 flex-col gap-3.5 px-4.5 pt-4 pb-4.5">
        <Facts item={item} />
        <Progress elapsed={Math.max(0, now - start) / 1000} usual={item.estimatedSeconds ?? null} />
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
          <Ways item={item} />
          <p className="text-[0.84rem] text-soft">
            Never more than {ceiling(item.maxCost)}. You can leave: the image is kept for you.
          </p>
        </div>
      </div>
    </>
  );
}
