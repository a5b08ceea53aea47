import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { toast } from "../a11y/announce";
import type { Item } from "../api/types";
import { Button } from "../design/Button";
import { ceiling, providerName, seconds } from "../design/format";
import { useNow } from "../design/useNow";
import { cancelGeneration } from "../queries/generations";
import { refreshItem } from "../queries/quotes";
import { Facts } from "./Card";
import { BlankPlate } from "./Plate";

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

/** Until a provider has been asked, a generation can be taken back and costs nothing. */
function Cancel({ item, generationId }: { item: Item; generationId: string }) {
  const client = useQueryClient();
  const cancel = useMutation({
    mutationFn: cancelGeneration,
    onSettled: () => refreshItem(client, item.id),
    onError: ({ message }) => toast(message),
  });
  return (
    <Button icon="close" disabled={cancel.isPending} onClick={() => cancel.mutate(generationId)}>
      Cancel, costs nothing yet
    </Button>
  );
}

export function Generating({ item }: { item: Item }) {
  const [began] = useState(Date.now);
  const now = useNow(1000);
  const start = item.startedAt ? Date.parse(item.startedAt) : began;
  const { generationId, attempts = [] } = item;
  return (
    <>
      <BlankPlate size={item.size} etching>
        <span className="dots text-plate" aria-hidden="true">
          <i />
          <i />
          <i />
        </span>
        <p className="font-serif text-[1.05rem] italic">
          Generating image with {providerName(item.provider)}...
        </p>
      </BlankPlate>
      <div className="flex flex-col gap-3.5 px-4.5 pt-4 pb-4.5">
        <Facts item={item} />
        <Progress elapsed={Math.max(0, now - start) / 1000} usual={item.estimatedSeconds ?? null} />
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
          {generationId && attempts.length === 0 && (
            <Cancel item={item} generationId={generationId} />
          )}
          <p className="text-[0.84rem] text-soft">
            Never more than {ceiling(item.maxCost)}. You can leave: the image is kept for you.
          </p>
        </div>
      </div>
    </>
  );
}
