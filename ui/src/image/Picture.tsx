import { useEffect, useRef, useState } from "react";
import { Button } from "../design/Button";
import { Icon } from "../design/Icon";

/** How long to wait before each further try, in milliseconds. */
const PAUSES = [1000, 3000, 9000] as const;

interface Loading {
  /** The link that is used; a newer one is taken up only when this one does not bring it. */
  address: string;
  /** How often the picture was asked for again, by itself or by the person. */
  retries: number;
  /** How many of the pauses this round has used. */
  waited: number;
  failed: boolean;
}

const addressOf = (url: string, retries: number): string => {
  if (retries === 0) return url;
  const address = new URL(url);
  address.searchParams.set("retry", String(retries));
  return address.href;
};

interface PictureProps {
  url: string;
  alt: string;
  /** The picture did not come: its link may be over, and a newer `url` be had. */
  onFailed?: () => void;
  /** What the link does, for who cannot see it. */
  label?: string;
  /** Shows it large on this page; without, the link opens it in a tab of its own. */
  onOpen?: (() => void) | null;
}

/** A picture that is asked for again when it does not come, and says so when it will not. */
export function Picture({ url, alt, onFailed, label, onOpen }: PictureProps) {
  const [{ address, retries, waited, failed }, set] = useState<Loading>({
    address: url,
    retries: 0,
    waited: 0,
    failed: false,
  });
  const pause = PAUSES[waited];
  const again = (used: number) =>
    set({
      address: url,
      retries: url === address ? retries + 1 : 0,
      waited: used,
      failed: false,
    });
  const retry = useRef(again);
  retry.current = again;

  useEffect(() => {
    if (!failed || pause === undefined) return;
    const timer = setTimeout(() => retry.current(waited + 1), pause);
    return () => clearTimeout(timer);
  }, [failed, pause, waited]);

  if (failed && pause === undefined) {
    return (
      <div className="absolute inset-0 z-1 flex flex-col items-center justify-center gap-3 p-4 text-center">
        <Icon name="warn" className="size-5 text-warn" />
        <p className="text-[0.87rem]">The picture could not be loaded. It is kept for you.</p>
        <Button icon="again" className="bg-sheet" onClick={() => again(0)}>
          Load again
        </Button>
      </div>
    );
  }
  const source = addressOf(address, retries);
  return (
    <a
      href={url}
      target="_blank"
      rel="noreferrer"
      className="absolute inset-0 z-1 -outline-offset-4"
      aria-label={onOpen ? label : "Open the image at full size in a new tab"}
      onClick={(event) => {
        if (!onOpen || event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        onOpen();
      }}
    >
      <img
        key={source}
        src={source}
        alt={alt}
        onError={() => {
          set({ address, retries, waited, failed: true });
          onFailed?.();
        }}
        className="appear size-full object-contain"
      />
    </a>
  );
}
