import { Suspense } from "react";
import type { About } from "./api/types";
import { type Page, pageLink, usePage } from "./chat/location";
import { Button } from "./design/Button";
import { Icon, type IconName } from "./design/Icon";
import { part } from "./part";
import { useWaiting } from "./queries/waiting";

const Conversations = part(() => import("./Conversations"));

interface Place {
  page: Page;
  icon: IconName;
  name: string;
  /** How much there is of it. */
  count?: number;
}

const PLACES: readonly Place[] = [
  { page: "usage", icon: "usage", name: "Usage" },
  { page: "providers", icon: "providers", name: "Providers" },
  { page: "settings", icon: "sliders", name: "Settings" },
];

const ROW = "flex min-h-9 items-center gap-2.5 rounded-lg px-2.5 text-[0.87rem]";

/** Asked for anew each minute; no place of its own while nothing waits. */
function useWaitingPlace(): readonly Place[] {
  const count = useWaiting().data?.length ?? 0;
  return count > 0 ? [{ page: "waiting", icon: "clock", name: "Waiting quotes", count }] : [];
}

function Places({ onOpen }: { onOpen?: () => void }) {
  const here = usePage();
  const places = [...useWaitingPlace(), ...PLACES];
  return (
    <ul aria-label="Pages" className="flex flex-col gap-0.5">
      {places.map(({ page, icon, name, count }) => (
        <li key={page}>
          <a
            href={pageLink(page)}
            aria-current={page === here ? "page" : undefined}
            onClick={onOpen}
            className={
              page === here
                ? `${ROW} bg-mat font-medium wide:bg-sheet wide:shadow-sheet`
                : `${ROW} text-soft hover:bg-mat hover:text-ink`
            }
          >
            <Icon name={icon} />
            {name}
            {count && (
              <>
                {" "}
                <span className="ml-auto rounded-full bg-copper px-2 text-[0.78rem] font-semibold text-copper-ink tabular-nums">
                  {count}
                </span>
              </>
            )}
          </a>
        </li>
      ))}
    </ul>
  );
}

interface RailProps {
  title: string | null;
  about: About;
  onNew: () => void;
  /** Something of it was followed. */
  onOpen?: () => void;
}

/** A new chat, the kept ones, and the other pages: beside the studio, or in its drawer. */
export function Rail({ title, about, onNew, onOpen }: RailProps) {
  return (
    <>
      <Button
        icon="plus"
        className="justify-start bg-sheet"
        onClick={() => {
          onNew();
          onOpen?.();
        }}
      >
        New chat
      </Button>
      <div className="mt-1 flex min-h-0 flex-1 flex-col">
        {/* Conversations are kept by the gateway; without a model there is only this room. */}
        {about.chat ? (
          <Suspense>
            <Conversations title={title} onOpen={onOpen} />
          </Suspense>
        ) : (
          title && (
            <p
              aria-current="page"
              className="truncate rounded-lg bg-sheet px-2.5 py-2 text-[0.87rem] shadow-sheet"
            >
              {title}
            </p>
          )
        )}
      </div>
      <Places onOpen={onOpen} />
    </>
  );
}
