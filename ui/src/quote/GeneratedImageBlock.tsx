import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef } from "react";
import { toast } from "../a11y/announce";
import type { Item, ItemStatus } from "../api/types";
import type { ImageCallbacks } from "../image/ImageActions";
import { dismissGeneration } from "../queries/generations";
import { refreshItem, setItem, useConfirm, useItem, useRequote } from "../queries/quotes";
import { replaceItem } from "../queries/replacements";
import { useUnanswered } from "../queries/unanswered";
import { Card } from "./Card";
import { Complete } from "./Complete";
import { Generating } from "./Generating";
import { Pending } from "./Pending";
import { Cancelled, Expired, Failed, Refused, Unknown } from "./Stopped";
import { Unanswered } from "./Unanswered";
import { useAnnounceOutcome } from "./useAnnounceOutcome";

interface GeneratedImageBlockProps extends ImageCallbacks {
  data: Item;
  onEdit?: (prompt: string) => void;
}

const STOPPED = {
  expired: Expired,
  error: Failed,
  refused: Refused,
  unknown: Unknown,
  cancelled: Cancelled,
} as const satisfies Partial<Record<ItemStatus, typeof Failed>>;

function useDismiss(item: Item) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: dismissGeneration,
    onSuccess: () => setItem(client, { ...item, dismissed: true }),
    onError: ({ message }) => toast(message),
  });
}

/** A new price in this card's place, bought at once only when told to and no dearer than before. */
function useReplace(item: Item, buy: () => void) {
  const requote = useRequote(item);
  const toBuy = useRef<string | null>(null);

  useEffect(() => {
    if (toBuy.current !== item.id) return;
    toBuy.current = null;
    buy();
  }, [item.id, buy]);

  const replace = (atOnce: boolean) =>
    requote.mutate(undefined, {
      onSuccess: (fresh) => {
        if (atOnce && fresh.maxCost <= item.maxCost) toBuy.current = fresh.id;
        replaceItem(item.id, fresh.id);
      },
      onError: ({ message }) => toast(message),
    });
  return { replace, busy: requote.isPending };
}

/** One quoted image: its price, its making, and what became of it. */
export function GeneratedImageBlock({ data, onEdit, ...callbacks }: GeneratedImageBlockProps) {
  const client = useQueryClient();
  const item = useItem(data);
  const { confirm, chosen, problem } = useConfirm(item);
  const dismiss = useDismiss(item);
  const { replace, busy } = useReplace(
    item,
    useCallback(() => confirm(null), [confirm]),
  );
  const check = useCallback(() => void refreshItem(client, item.id), [client, item.id]);
  const unanswered = useUnanswered(item.id);
  useAnnounceOutcome(item);

  if (item.status === "pending") {
    return (
      <Card label={`Quote: ${item.prompt}`}>
        <Pending
          key={item.id}
          item={item}
          problem={problem}
          onConfirm={confirm}
          onExpired={check}
        />
      </Card>
    );
  }
  if (item.status === "generating") {
    // The choice shows at once, before the server has told of it.
    const making = item.generationId ? item : { ...item, ...chosen };
    return (
      <Card label={`Generating: ${item.prompt}`}>
        {unanswered && !item.generationId ? (
          <Unanswered item={making} />
        ) : (
          <Generating key={item.id} item={making} />
        )}
      </Card>
    );
  }
  if (item.status === "complete") {
    return (
      <Card label={`Image: ${item.prompt}`}>
        <Complete item={item} {...callbacks} />
      </Card>
    );
  }
  const Stopped = STOPPED[item.status];
  return (
    <Card label={`No image: ${item.prompt}`}>
      <Stopped
        item={item}
        reason={problem?.message ?? null}
        onRequote={replace}
        onEdit={onEdit}
        onLlmInfo={() => callbacks.onLlmInfo(item.llmApiCall ?? null)}
        onCheck={check}
        onDismiss={() => item.generationId && dismiss.mutate(item.generationId)}
        busy={busy || dismiss.isPending}
      />
    </Card>
  );
}
