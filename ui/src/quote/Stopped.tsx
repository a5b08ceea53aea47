import type { ReactNode } from "react";
import type { Item } from "../api/types";
import { Button } from "../design/Button";
import { ceiling, price } from "../design/format";
import { Notice } from "../design/Notice";
import { Facts } from "./Card";
import { heldOf } from "./held";
import { Prompt } from "./Prompt";
import { Steps } from "./Steps";

export interface StoppedActions {
  /** Asks for a new price; `atOnce` confirms it too when it promises no more than the old one. */
  onRequote: (atOnce: boolean) => void;
  onEdit?: (prompt: string) => void;
  onLlmInfo: () => void;
  onCheck: () => void;
  onDismiss: () => void;
  /** A new price, or a dismissal, is under way. */
  busy: boolean;
}

interface StoppedProps extends StoppedActions {
  item: Item;
  /** What this page was told when the item itself says nothing. */
  reason: string | null;
}

/** Whether it cost anything, and whether it still may; silent when the books do not say. */
function costOf(item: Item): string {
  const cost = item.llmApiCall?.cost;
  const held = heldOf(item);
  if (cost == null) return "";
  const paid = cost > 0 ? `It cost ${price(cost)}: the provider did the work.` : "";
  if (held === 0) return paid || "It cost nothing.";
  return `${paid} ${paid ? "More" : "It"} may have been billed: ${ceiling(held)} stays held.`.trim();
}

const sentence = (text: string): string => (/[^.!?)…]$/.test(text) ? `${text}.` : text);

const reasonOf = ({ item, reason }: StoppedProps): string =>
  sentence(item.error ?? reason ?? item.message ?? "");

function Body({ item, notice, children }: { item: Item; notice: ReactNode; children: ReactNode }) {
  return (
    <div className="flex flex-col gap-3.5 p-4.5">
      {notice}
      <Facts item={item} />
      <Prompt text={item.prompt} />
      <div className="flex flex-wrap items-center gap-1.5">{children}</div>
    </div>
  );
}

function EditAndInfo({ item, onEdit, onLlmInfo }: StoppedProps) {
  return (
    <>
      {onEdit && (
        <Button icon="edit" onClick={() => onEdit(item.prompt)}>
          Edit prompt
        </Button>
      )}
      {item.llmApiCall && (
        <Button icon="info" onClick={onLlmInfo}>
          LLM Info
        </Button>
      )}
    </>
  );
}

export function Failed(props: StoppedProps) {
  const { item, busy, onRequote } = props;
  const free = item.llmApiCall?.cost === 0 && heldOf(item) === 0;
  return (
    <Body
      item={item}
      notice={
        <Notice tone="bad" icon="warn" title="Image Generation Failed">
          <Steps item={item} />
          <p>
            {reasonOf(props)} <b className="font-semibold">{costOf(item)}</b>
          </p>
        </Notice>
      }
    >
      <Button icon="again" disabled={busy} onClick={() => onRequote(free)}>
        Retry
      </Button>
      <EditAndInfo {...props} />
      <p className="basis-full pt-1 text-[0.84rem] text-soft">
        {free
          ? `Retry buys it if it still never costs more than ${ceiling(item.maxCost)}; a higher price asks you first.`
          : "Retry asks for a new price first."}
      </p>
    </Body>
  );
}

export function Refused(props: StoppedProps) {
  const { item } = props;
  return (
    <Body
      item={item}
      notice={
        <Notice tone="warn" icon="hand" title="The provider refused this prompt">
          <p>
            {reasonOf(props)} <b className="font-semibold">{costOf(item)}</b>
          </p>
          <p>A refusal is final here: the prompt is not tried with other providers.</p>
        </Notice>
      }
    >
      <EditAndInfo {...props} />
    </Body>
  );
}

export function Expired({ item, busy, onRequote }: StoppedProps) {
  return (
    <Body
      item={item}
      notice={
        <Notice tone="plain" icon="clock" title={`The price ${price(item.cost)} has expired`}>
          <p>Nothing was bought.</p>
        </Notice>
      }
    >
      <Button icon="again" disabled={busy} onClick={() => onRequote(false)}>
        Get a new price
      </Button>
    </Body>
  );
}

export function Unknown(props: StoppedProps) {
  const { item, busy, onRequote, onCheck, onDismiss } = props;
  const held = `${ceiling(heldOf(item) || item.maxCost)} stays held`;
  if (item.dismissed) {
    return (
      <Body
        item={item}
        notice={
          <Notice tone="plain" icon="clock" title="Dismissed without an answer">
            <p>{held} until it is known whether the provider billed it.</p>
          </Notice>
        }
      >
        <Button icon="again" disabled={busy} onClick={() => onRequote(false)}>
          Buy again, new price
        </Button>
      </Body>
    );
  }
  return (
    <Body
      item={item}
      notice={
        <Notice tone="warn" icon="warn" title="The provider did not answer">
          <p>
            It may have been billed. {held}. The image may still arrive; this card looks again every
            15 s.
          </p>
        </Notice>
      }
    >
      <Button icon="clock" onClick={onCheck}>
        Look now
      </Button>
      <Button icon="again" disabled={busy} onClick={() => onRequote(false)}>
        Buy again, new price
      </Button>
      <Button icon="close" disabled={busy} onClick={onDismiss}>
        Dismiss
      </Button>
      <EditAndInfo {...props} onEdit={undefined} />
    </Body>
  );
}

export function Cancelled(props: StoppedProps) {
  const { item, busy, onRequote } = props;
  return (
    <Body
      item={item}
      notice={
        <Notice tone="plain" icon="close" title="Cancelled">
          <p>{costOf(item)}</p>
        </Notice>
      }
    >
      <Button icon="again" disabled={busy} onClick={() => onRequote(false)}>
        Get a new price
      </Button>
      <EditAndInfo {...props} />
    </Body>
  );
}
