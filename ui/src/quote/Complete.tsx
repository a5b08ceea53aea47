import { useQueryClient } from "@tanstack/react-query";
import { useContext, useRef } from "react";
import type { Item } from "../api/types";
import { Chip } from "../design/Chip";
import { ceiling, price, providerName } from "../design/format";
import { Notice } from "../design/Notice";
import { ImageActions, type ImageCallbacks } from "../image/ImageActions";
import { Picture } from "../image/Picture";
import { type Shot, shotsOf } from "../image/shots";
import { ShowContext } from "../image/show";
import { refreshItem } from "../queries/quotes";
import { Facts } from "./Card";
import { heldOf } from "./held";
import { Plate, Plates } from "./Plate";
import { Prompt } from "./Prompt";
import { Steps } from "./Steps";

function Cost({ item }: { item: Item }) {
  const charged = item.llmApiCall?.cost ?? item.cost;
  const quoted = item.quotedCost ?? item.llmApiCall?.quoted ?? charged;
  if (price(charged) === price(quoted)) return <Chip tone="ok">{price(charged)}</Chip>;
  return (
    <>
      <Chip tone="ok">charged {price(charged)}</Chip>
      <Chip>quoted {price(quoted)}</Chip>
    </>
  );
}

function Fallback({ item }: { item: Item }) {
  if (!item.fallbackUsed) return null;
  return (
    <Notice tone="warn" icon="warn" title="Primary provider unavailable, fallback provider used">
      <Steps item={item} />
      <p>{providerName(item.provider)} made it.</p>
    </Notice>
  );
}

/** A call before the one that made it may have been billed too. */
function Held({ item }: { item: Item }) {
  const held = heldOf(item);
  if (held === 0) return null;
  return (
    <Notice tone="warn" icon="clock" title={`${ceiling(held)} more stays held`}>
      <p>A call before this one got no whole answer and may have been billed.</p>
    </Notice>
  );
}

/** Some of several images can fail while others come. */
function Fewer({ item: { n = 1 }, made }: { item: Item; made: number }) {
  if (made === 0 || made >= n) return null;
  return (
    <Notice tone="warn" icon="warn" title={`${made} of ${n} images could be made`}>
      <p>LLM Info tells what became of the others and what each cost.</p>
    </Notice>
  );
}

/** Asks for the item once when one of its links fails: a link that has expired is renewed so. */
function useRenewal(item: Item) {
  const client = useQueryClient();
  const asked = useRef<string | null>(null);
  return () => {
    if (asked.current === item.imageUrl) return;
    asked.current = item.imageUrl ?? null;
    void refreshItem(client, item.id);
  };
}

/** One picture on its plate; several in rows. */
function Pictures({ item, shots, renew }: { item: Item; shots: Shot[]; renew: () => void }) {
  const show = useContext(ShowContext);
  const picture = (shot: Shot | undefined, number: string) =>
    shot && (
      <Picture
        url={shot.url}
        alt={shot.alt}
        label={`View ${number} large`}
        onFailed={renew}
        onOpen={show && (() => show(shot))}
      />
    );
  if (shots.length < 2) {
    return (
      <Plate size={item.size} className="grain">
        {picture(shots[0], "the image")}
      </Plate>
    );
  }
  return (
    <Plates size={item.size} n={shots.length} className="grain">
      {(index) => picture(shots[index], `image ${index + 1} of ${shots.length}`)}
    </Plates>
  );
}

/** The image that was bought, what it cost, and what can be done with it. */
export function Complete({ item, ...callbacks }: { item: Item } & ImageCallbacks) {
  const renew = useRenewal(item);
  const shots = shotsOf(item);
  return (
    <>
      <Pictures item={item} shots={shots} renew={renew} />
      <div className="flex flex-col gap-3.5 px-4.5 pt-4 pb-3.5">
        <Fallback item={item} />
        <Held item={item} />
        <Fewer item={item} made={shots.length} />
        <Facts item={item}>
          <Cost item={item} />
        </Facts>
        <Prompt text={item.prompt} />
        <ImageActions item={item} shots={shots} {...callbacks} />
      </div>
    </>
  );
}
