import { useEffect, useRef } from "react";
import { toast } from "../a11y/announce";
import type { IssuedKey } from "../api/types";
import { Button } from "../design/Button";
import { copyText } from "../design/clipboard";
import { Icon } from "../design/Icon";

async function copy(key: string) {
  toast((await copyText(key)) ? "Key copied to clipboard!" : "The browser did not allow copying");
}

/** The one time a key is seen. */
export function Issued({ issued, onDone }: { issued: IssuedKey; onDone: () => void }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <section
      aria-label="Your new key"
      className="flex flex-col gap-3 rounded-2xl border border-copper bg-sheet p-4.5 shadow-sheet"
    >
      <h2
        ref={heading}
        tabIndex={-1}
        className="font-serif text-[1.15rem] font-semibold outline-none"
      >
        {issued.name}
      </h2>
      <p className="flex items-start gap-2 text-[0.87rem]">
        <Icon name="warn" className="mt-0.5 size-[1.15rem] text-warn" />
        Copy it now and keep it somewhere safe: you will not see it again.
      </p>
      <div className="flex flex-col gap-2 wide:flex-row wide:items-center">
        <code className="min-w-0 flex-1 rounded-lg bg-mat px-3 py-2.5 font-mono text-[0.84rem] break-all select-all">
          {issued.key}
        </code>
        <Button icon="copy" className="min-h-10" onClick={() => copy(issued.key)}>
          Copy key
        </Button>
      </div>
      <p className="text-[0.84rem] text-soft">
        Send it as <code className="font-mono">Authorization: Bearer aqt_…</code>
      </p>
      <Button className="self-start" icon="check" onClick={onDone}>
        I have it
      </Button>
    </section>
  );
}
