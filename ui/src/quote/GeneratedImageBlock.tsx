import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { toast } from "../a11y/announce";
import type { Item, ItemStatus } from "../api/types";
import type { ImageCallbacks } from "../image/ImageActions";
import { useConfirm } from "../queries/confirm";
import { dismissGeneration } from "../queries/generations";
import { refreshItem, setItem, useItem } from "../queries/quotes";
import { useTabs } from "../queries/tabs";
import { useUnanswered } from "../queries/unanswered";
import { Card } from "./Card";
import { Complete } from "./Complete";
import { OnDesk } from "./desk";
import { Generating } from "./Generating";
import { Pending } from "./Pending";
import { Cancelled, Expired, Failed, Refused, Unknown } from "./Stopped";
import { Unanswered } from "./Unanswered";
import { useAnnounceOutcome } from "./useAnnounceOutcome";
import { useReplace } from "./useReplace";

interface GeneratedImageBlockProps extends ImageCallbacks {
  data: Item;
  onEdit?: (prompt: string) => void;
  /** Somebody waits for this very quote: it is not exchanged for one with other settings. */
  fixed?: boolean;
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

/** One quoted image: its price, its making, and what became of it. */
export function GeneratedImageBlock(props: GeneratedImageBlockProps) {
  const { data, onEdit, fixed = false, ...callbacks } = props;
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
  useTabs(client);

  if (item.status === "pending") {
    return (
      <Card label={`Quote: ${item.prompt}`}>
        <Pending
          seed={data.id}
          item={item}
          fixed={fixed}
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
        <OnDesk seed={data.id} item={item} />
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
        <OnDesk seed={data.id} item={item} />
        <Complete item={item} {...callbacks} />
      </Card>
    );
  }
  const Stopped = STOPPED[item.status];
  return (
    <Card label={`No image: ${item.prompt}`}>
      <OnDesk seed={data.id} item={item} />
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
