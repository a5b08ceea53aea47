import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { apiUrl } from "../api/client";
import type { ImageRef, Item } from "../api/types";
import { Chip } from "../design/Chip";
import { price, providerName } from "../design/format";
import { Notice } from "../design/Notice";
import { ImageActions, type ImageCallbacks } from "../image/ImageActions";
import { Picture } from "../image/Picture";
import { refreshItem } from "../queries/quotes";
import { Facts } from "./Card";
import { Plate } from "./Plate";
import { Prompt } from "./Prompt";

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
      {item.originalProvider &&
        `${providerName(item.originalProvider)} could not make it; ${providerName(item.provider)} did.`}
    </Notice>
  );
}

interface StripProps {
  images: readonly ImageRef[];
  shown: number;
  onShow: (index: number) => void;
  onFailed: () => void;
}

function Strip({ images, shown, onShow, onFailed }: StripProps) {
  if (images.length < 2) return null;
  return (
    <div className="flex flex-wrap gap-2 bg-mat px-4.5 pb-4">
      {images.map(({ id, thumbnailUrl }, index) => (
        <button
          key={id}
          type="button"
          aria-label={`Image ${index + 1} of ${images.length}`}
          aria-pressed={index === shown}
          onClick={() => onShow(index)}
          className="size-14 overflow-hidden rounded-md border-2 border-line aria-pressed:border-plate"
        >
          <img
            src={apiUrl(thumbnailUrl)}
            alt=""
            onError={onFailed}
            className="size-full object-cover"
          />
        </button>
      ))}
    </div>
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

/** The image that was bought, what it cost, and what can be done with it. */
export function Complete({ item, ...callbacks }: { item: Item } & ImageCallbacks) {
  const [shown, setShown] = useState(0);
  const renew = useRenewal(item);
  const images = item.images ?? [];
  const image = images[shown];
  const url = apiUrl(image?.url ?? item.imageUrl ?? "");
  const download = image ? apiUrl(image.downloadUrl) : url;
  return (
    <>
      <Plate size={item.size} className="grain">
        <Picture key={image?.id} url={url} alt={item.prompt} onFailed={renew} />
      </Plate>
      <Strip images={images} shown={shown} onShow={setShown} onFailed={renew} />
      <div className="flex flex-col gap-3.5 px-4.5 pt-4 pb-4.5">
        <Fallback item={item} />
        <Facts item={item}>
          <Cost item={item} />
        </Facts>
        <Prompt text={item.prompt} />
        <ImageActions item={item} url={url} download={download} {...callbacks} />
      </div>
    </>
  );
}
