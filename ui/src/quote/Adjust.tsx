import { Suspense, useState } from "react";
import type { Alternative, Item } from "../api/types";
import { capabilitiesOf, hasControls, type Picks } from "../controls/picks";
import { Button } from "../design/Button";
import { Disclosure } from "../design/Disclosure";
import { ceiling, price } from "../design/format";
import { Notice } from "../design/Notice";
import { part } from "../part";
import type { Adjusting } from "./useAdjust";

const Controls = part(() => import("../controls/Controls"));

const NAMES: readonly (readonly [keyof Picks, string])[] = [
  ["style", "style"],
  ["background", "background"],
  ["outputFormat", "format"],
  ["seed", "seed"],
  ["steps", "steps"],
  ["guidance", "guidance"],
  ["negativePrompt", "kept out"],
  ["partialImages", "previews"],
];

function gist(picks: Picks): string {
  const set = NAMES.filter(([name]) => picks[name] !== undefined).map(
    ([name, word]) => `${word} ${picks[name]}`,
  );
  return set.length > 0 ? set.join(", ") : "the model's own settings";
}

interface AdjustProps {
  item: Item;
  chosen: Alternative | null;
  adjusting: Adjusting;
}

/** The controls of the chosen model. Each change asks for the price of what is then set. */
export function Adjust({ item, chosen, adjusting }: AdjustProps) {
  const [opened, setOpened] = useState(false);
  const capabilities = capabilitiesOf(chosen ?? item);
  if (!capabilities || !hasControls(capabilities)) return null;
  const { picks, adjust, pricing, refusal, takeBack } = adjusting;
  const offer = chosen ?? item;
  return (
    <Disclosure title="Adjust" gist={gist(picks)} onOpen={() => setOpened(true)}>
      {opened && (
        <Suspense>
          <Controls capabilities={capabilities} value={picks} onChange={adjust} />
          <p className="mt-3 text-soft tabular-nums">
            {pricing ? (
              "The button above waits for the price of these settings."
            ) : (
              <>
                With these settings the button above says{" "}
                <b className="font-semibold text-ink">{price(offer.cost)}</b>, never more than{" "}
                {ceiling(offer.maxCost)}.
              </>
            )}
          </p>
        </Suspense>
      )}
      {refusal && (
        <div className="mt-3.5">
          <Notice tone="bad" icon="warn" title={refusal.message}>
            <Button icon="reuse" className="mt-2 bg-sheet" onClick={takeBack}>
              Back to the settings with a price
            </Button>
          </Notice>
        </div>
      )}
    </Disclosure>
  );
}
