import type { Item, LlmApiCall } from "../api/types";
import { Button, look } from "../design/Button";
import { markdownImage } from "../design/format";
import { Icon } from "../design/Icon";

export interface ImageCallbacks {
  onCopy: (url: string) => void;
  onGrab: (markdown: string) => void;
  onLlmInfo: (call: LlmApiCall | null) => void;
}

interface ImageActionsProps extends ImageCallbacks {
  item: Item;
  /** Absolute, of the image's own bytes. */
  url: string;
  /** Absolute, of the copy to keep. */
  download: string;
}

export function ImageActions({
  item,
  url,
  download,
  onCopy,
  onGrab,
  onLlmInfo,
}: ImageActionsProps) {
  return (
    <div className="flex flex-wrap gap-1.5">
      <Button icon="copy" onClick={() => onCopy(url)}>
        Copy
      </Button>
      <Button icon="markdown" onClick={() => onGrab(markdownImage(item.prompt, url))}>
        Grab
      </Button>
      <Button icon="info" onClick={() => onLlmInfo(item.llmApiCall ?? null)}>
        LLM Info
      </Button>
      <a href={download} download className={look("quiet")}>
        <Icon name="download" />
        Download
      </a>
    </div>
  );
}
