import { Suspense, useState } from "react";
import { toast } from "../a11y/announce";
import type { Item, LlmApiCall } from "../api/types";
import { Button, look } from "../design/Button";
import { copyText } from "../design/clipboard";
import { Icon } from "../design/Icon";
import { part } from "../part";
import { copyPicture } from "./clipboard";
import { markdownOf, type Shot } from "./shots";

const AltText = part(() => import("./AltText"));

export interface ImageCallbacks {
  onCopy: (url: string) => void;
  onGrab: (markdown: string) => void;
  onLlmInfo: (call: LlmApiCall | null) => void;
  /** Takes prompt and settings into the next request. */
  onUseAgain?: (item: Item) => void;
}

interface ImageActionsProps extends ImageCallbacks {
  item: Item;
  shots: readonly Shot[];
}

export function Download({ shot }: { shot: Shot }) {
  return (
    <a href={shot.downloadUrl} download className={look("quiet")}>
      <Icon name="download" />
      Download
    </a>
  );
}

/** The picture itself on the clipboard; where that cannot be, its address, and it says so. */
export function CopyPicture({ shot }: { shot: Shot }) {
  const copy = async () => {
    if (await copyPicture(shot.url)) return toast("Picture copied to clipboard!");
    const linked = await copyText(shot.url);
    toast(`This browser cannot copy pictures here${linked ? ": its link was copied instead" : ""}`);
  };
  return (
    <Button kind="bare" icon="picture" onClick={() => void copy()}>
      Copy image
    </Button>
  );
}

export function EditAlt({ shot }: { shot: Shot }) {
  const [editing, setEditing] = useState(false);
  if (!shot.image) return null;
  return (
    <>
      <Button
        kind="bare"
        icon="caption"
        aria-expanded={editing}
        onClick={() => setEditing(!editing)}
      >
        Alt text
      </Button>
      {editing && (
        <Suspense>
          <AltText shot={shot} onDone={() => setEditing(false)} />
        </Suspense>
      )}
    </>
  );
}

export function ImageActions(props: ImageActionsProps) {
  const { item, shots, onCopy, onGrab, onLlmInfo, onUseAgain } = props;
  const [only, another] = shots;
  const single = another ? undefined : only;
  const all = single ? "" : ` ${shots.length} links`;
  return (
    <div className="flex flex-col gap-1.5">
      <div className="flex flex-wrap gap-1.5">
        <Button icon="copy" onClick={() => onCopy(shots.map(({ url }) => url).join("\n"))}>
          Copy{all}
        </Button>
        <Button icon="markdown" onClick={() => onGrab(shots.map(markdownOf).join("\n\n"))}>
          Grab
        </Button>
        {single && <Download shot={single} />}
        <Button icon="info" onClick={() => onLlmInfo(item.llmApiCall ?? null)}>
          LLM Info
        </Button>
      </div>
      <div className="-ml-2 flex flex-wrap gap-x-1">
        {onUseAgain && (
          <Button kind="bare" icon="reuse" onClick={() => onUseAgain(item)}>
            Use again
          </Button>
        )}
        {single && <CopyPicture shot={single} />}
        {single && <EditAlt shot={single} />}
      </div>
    </div>
  );
}
