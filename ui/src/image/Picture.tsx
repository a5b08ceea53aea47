import { useEffect, useState } from "react";
import { Button } from "../design/Button";
import { Icon } from "../design/Icon";

/** How long to wait before each further try, in milliseconds. */
const PAUSES = [1000, 3000, 9000] as const;

interface Loading {
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

/** A picture that is asked for again when it does not come, and says so when it will not. */
export function Picture({ url, alt }: { url: string; alt: string }) {
  const [{ retries, waited, failed }, set] = useState<Loading>({
    retries: 0,
    waited: 0,
    failed: false,
  });
  const pause = PAUSES[waited];

  useEffect(() => {
    if (!failed || pause === undefined) return;
    const again = () => set({ retries: retries + 1, waited: waited + 1, failed: false });
    const timer = setTimeout(again, pause);
    return () => clearTimeout(timer);
  }, [failed, pause, retries, waited]);

  if (failed && pause === undefined) {
    return (
      <div className="absolute inset-0 z-1 flex flex-col items-center justify-center gap-3 p-4 text-center">
        <Icon name="warn" className="size-5 text-warn" />
        <p className="text-[0.87rem]">The picture could not be loaded. It is kept for you.</p>
        <Button
          icon="again"
          className="bg-sheet"
          onClick={() => set({ retries: retries + 1, waited: 0, failed: false })}
        >
          Load again
        </Button>
      </div>
    );
  }
  return (
    <a
      href={url}
      target="_blank"
      rel="noreferrer"
      className="absolute inset-0 z-1 -outline-offset-4"
      aria-label="Open the image at full size in a new tab"
    >
      <img
        key={retries}
        src={addressOf(url, retries)}
        alt={alt}
        onError={() => set({ retries, waited, failed: true })}
        className="appear size-full object-contain"
      />
    </a>
  );
}
