import { useId } from "react";
import type { Alternative, Item } from "../api/types";
import { ProviderBadge } from "../design/Chip";
import { Disclosure } from "../design/Disclosure";
import { ceiling, price, seconds } from "../design/format";

interface AlternativesProps {
  item: Item;
  chosen: Alternative | null;
  onChoose: (alternative: Alternative | null) => void;
}

interface RowProps {
  name: string;
  offer: Pick<Alternative, "provider" | "model" | "cost" | "maxCost" | "estimatedSeconds">;
  checked: boolean;
  /** Choosing it changed the button, which may be out of sight. */
  changed?: boolean;
  onChoose: () => void;
}

function Row({ name, offer, checked, changed, onChoose }: RowProps) {
  return (
    <label className="flex min-h-11 flex-wrap items-center gap-x-2.5 gap-y-1 border-t border-dashed border-line py-2 first-of-type:border-0">
      <input
        type="radio"
        name={name}
        checked={checked}
        onChange={onChoose}
        className="size-4 accent-plate"
      />
      <ProviderBadge provider={offer.provider} />
      <span className="min-w-0">{offer.model}</span>
      <span className="ml-auto flex items-baseline gap-3 tabular-nums">
        {offer.estimatedSeconds != null && (
          <small className="text-soft">{seconds(offer.estimatedSeconds)}</small>
        )}
        <span className={checked ? "font-semibold" : ""}>{price(offer.cost)}</span>
      </span>
      {changed && (
        <span className="basis-full text-soft tabular-nums">
          The button above now says <b className="font-semibold text-ink">{price(offer.cost)}</b>,
          never more than {ceiling(offer.maxCost)}.
        </span>
      )}
    </label>
  );
}

const gist = (others: readonly Alternative[]): string =>
  `${others.length} more, from ${price(Math.min(...others.map(({ cost }) => cost)))}`;

/** Other models at other prices. Choosing one changes what the button promises. */
export function Alternatives({ item, chosen, onChoose }: AlternativesProps) {
  const name = useId();
  const others = item.availableAlternatives ?? [];
  if (others.length === 0) return null;
  return (
    <Disclosure title="Alternatives" gist={gist(others)}>
      <fieldset>
        <legend className="sr-only">Model and price</legend>
        <Row name={name} offer={item} checked={chosen === null} onChoose={() => onChoose(null)} />
        {others.map((other) => (
          <Row
            key={other.modelKey}
            name={name}
            offer={other}
            checked={chosen?.modelKey === other.modelKey}
            changed={chosen?.modelKey === other.modelKey}
            onChoose={() => onChoose(other)}
          />
        ))}
      </fieldset>
    </Disclosure>
  );
}
