import { Suspense, useState } from "react";
import { toast } from "../a11y/announce";
import type { Item, LlmApiCall } from "../api/types";
import { picks } from "../chat/picks";
import { picksOf } from "../controls/picks";
import { copyText } from "../design/clipboard";
import { type Shot, shotsOf } from "../image/shots";
import { ShowContext } from "../image/show";
import { part } from "../part";
import { Batch } from "./Batch";
import { DeskContext, newDesk, usePlaces } from "./desk";
import { GeneratedImageBlock } from "./GeneratedImageBlock";

const LlmInfoDialog = part(() => import("../image/LlmInfoDialog"));
const Lightbox = part(() => import("../image/Lightbox"));

interface ImageGenerationsProps {
  items: readonly Item[];
  /** The message's calls to the chat model. */
  calls: readonly LlmApiCall[];
  /** What the message answers. */
  question?: string;
  onEdit: (prompt: string) => void;
  /** Somebody waits for these very quotes: none is exchanged for one with other settings. */
  fixed?: boolean;
}

async function copy(text: string, done: string) {
  toast((await copyText(text)) ? done : "The browser did not allow copying");
}

/** The cards of one message, with what they share: one purchase, one lightbox, one account. */
export function ImageGenerations(props: ImageGenerationsProps) {
  const { items, calls, question, onEdit, fixed } = props;
  const [desk] = useState(newDesk);
  const [info, setInfo] = useState(false);
  const [shown, setShown] = useState<Shot | null>(null);
  const places = usePlaces(
    desk,
    items.map(({ id }) => id),
  );
  const shots = places.flatMap(({ item }) => shotsOf(item));
  return (
    <DeskContext value={desk}>
      <ShowContext value={setShown}>
        {items.map((item) => (
          <GeneratedImageBlock
            key={item.id}
            data={item}
            fixed={fixed}
            onCopy={(url) => copy(url, "Image URL copied to clipboard!")}
            onGrab={(markdown) => copy(markdown, "Markdown copied to clipboard!")}
            onLlmInfo={() => setInfo(true)}
            onEdit={onEdit}
            onUseAgain={(used) => {
              picks.set(picksOf(used.request));
              onEdit(used.request?.prompt || used.prompt);
            }}
          />
        ))}
      </ShowContext>
      <Batch places={places} />
      <Suspense>
        {info && (
          <LlmInfoDialog
            calls={calls}
            items={places.map(({ item }) => item)}
            question={question}
            onClose={() => setInfo(false)}
          />
        )}
        {shown && <Lightbox shots={shots} first={shown} onClose={() => setShown(null)} />}
      </Suspense>
    </DeskContext>
  );
}
