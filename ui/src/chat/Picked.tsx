import { Suspense } from "react";
import type { Picks } from "../controls/picks";
import { providerName } from "../design/format";
import { Icon } from "../design/Icon";
import { Popover } from "../design/Popover";
import { useStore } from "../design/store";
import { part } from "../part";
import type { Which } from "./PickMenu";
import { picks } from "./picks";
import { shape } from "./sizes";
import { images } from "./words";

const PickMenu = part(() => import("./PickMenu"));

const CHIP =
  "flex min-h-8 max-w-full min-w-8 items-center justify-center gap-1 rounded-full border px-2 text-[0.81rem] transition-colors wide:px-2.5";
const AUTO = `${CHIP} border-line text-soft hover:border-edge hover:text-ink`;
const CHOSEN = `${CHIP} border-transparent bg-mine font-medium text-plate forced-colors:border`;

/** What a chip says of an "auto" where there is little room; "more" has its sign. */
const SHORT: Readonly<Record<Which, string>> = {
  model: "Model",
  tier: "Tier",
  size: "Size",
  count: "1 image",
  more: "",
};

interface Shown {
  which: Which;
  /** What the chip is about. */
  about: string;
  face: string;
  chosen: boolean;
}

const CHIPPED = ["quality", "size", "n", "provider", "model"];

const further = (all: Picks): number =>
  Object.keys(all).filter((name) => !CHIPPED.includes(name)).length;

function shownOf(all: Picks): readonly Shown[] {
  const { model, provider, quality, size, n = 1 } = all;
  const more = further(all);
  const named = model ?? (provider && providerName(provider));
  return [
    { which: "model", about: "Model", face: named ?? "Auto model", chosen: named !== undefined },
    { which: "tier", about: "Tier", face: quality ?? "Auto tier", chosen: quality !== undefined },
    {
      which: "size",
      about: "Size",
      face: size ? shape(size) : "Auto size",
      chosen: size !== undefined,
    },
    { which: "count", about: "Count", face: images(n), chosen: n > 1 },
    { which: "more", about: "More", face: more > 0 ? `More: ${more}` : "More", chosen: more > 0 },
  ];
}

/** What is picked beside the words, as chips that open to change it. */
export function Picked() {
  const all = useStore(picks);
  return (
    <fieldset className="flex min-w-0 flex-1 flex-wrap gap-1 wide:gap-1.5">
      <legend className="sr-only">How the picture is made</legend>
      {shownOf(all).map(({ which, about, face, chosen }) => (
        <Popover
          key={which}
          label={which === "more" ? "More settings" : `${about}: ${face}`}
          kind={which === "more" ? "dialog" : "menu"}
          className={chosen ? CHOSEN : AUTO}
          face={
            <>
              {which === "more" && <Icon name="sliders" className="size-3.5" />}
              <span className={chosen ? "truncate" : "hidden wide:inline"}>{face}</span>
              {!chosen && <span className="wide:hidden">{SHORT[which]}</span>}
            </>
          }
        >
          {(done) => (
            <Suspense fallback={<p className="p-2 text-[0.87rem] text-soft">Loading…</p>}>
              <PickMenu which={which} onDone={done} />
            </Suspense>
          )}
        </Popover>
      ))}
    </fieldset>
  );
}
