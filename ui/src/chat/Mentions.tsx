import { ProviderBadge } from "../design/Chip";
import type { OfferedModel } from "../queries/catalog";
import { modelPrice } from "./words";

interface MentionsProps {
  id: string;
  found: readonly OfferedModel[];
  active: number;
  onChoose: (model: OfferedModel) => void;
}

export const optionId = (list: string, place: number): string => `${list}-${place}`;

/** How many are in sight; the keys move this window, so that nothing needs to be scrolled. */
const IN_SIGHT = 6;

const firstInSight = (active: number, count: number): number =>
  Math.max(0, Math.min(active - 2, count - IN_SIGHT));

/** The models an `@` in the text may mean; the field keeps the focus. */
export function Mentions({ id, found, active, onChoose }: MentionsProps) {
  const first = firstInSight(active, found.length);
  return (
    <div className="absolute inset-x-0 bottom-full z-30 mb-2 rounded-xl border border-line bg-sheet p-1.5 shadow-lift">
      <div id={id} role="listbox" aria-label="Models">
        {found.slice(first, first + IN_SIGHT).map((one, offset) => {
          const place = first + offset;
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents lint/a11y/useFocusableInteractive: the field has the keys and points here.
            <div
              key={`${one.provider}/${one.model}`}
              id={optionId(id, place)}
              role="option"
              aria-selected={place === active}
              aria-posinset={place + 1}
              aria-setsize={found.length}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => onChoose(one)}
              className={`flex min-h-10 cursor-pointer items-center gap-2.5 rounded-lg px-2.5 py-1.5 text-[0.87rem] ${place === active ? "bg-mine forced-colors:outline-2" : "hover:bg-mat"}`}
            >
              <span className="shrink-0 whitespace-nowrap">
                <ProviderBadge provider={one.provider} />
              </span>
              <span className="min-w-0">{one.model}</span>
              <span className="ml-auto shrink-0 text-[0.81rem] text-soft tabular-nums">
                {modelPrice(one)}
              </span>
            </div>
          );
        })}
      </div>
      {found.length > IN_SIGHT && (
        <p aria-hidden="true" className="px-2.5 pt-1.5 pb-0.5 text-[0.78rem] text-soft">
          {active + 1} of {found.length}. Type on to see fewer.
        </p>
      )}
    </div>
  );
}
