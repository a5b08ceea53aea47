import type { Item } from "../api/types";
import { Disclosure } from "../design/Disclosure";
import { dimensions } from "../design/format";

export function Constraints({ item }: { item: Item }) {
  const { maxSize, supportedSizes = [], supportsStyle } = item.constraints ?? {};
  if (!maxSize && supportedSizes.length === 0) return null;
  return (
    <Disclosure title="Constraints" gist={maxSize ? `up to ${dimensions(maxSize)}` : ""}>
      <dl className="grid grid-cols-[auto_1fr] gap-x-5 gap-y-1">
        {maxSize && (
          <>
            <dt className="text-soft">Largest size</dt>
            <dd className="tabular-nums">{dimensions(maxSize)}</dd>
          </>
        )}
        {supportedSizes.length > 0 && (
          <>
            <dt className="text-soft">Sizes</dt>
            <dd className="tabular-nums">{supportedSizes.map(dimensions).join(", ")}</dd>
          </>
        )}
        <dt className="text-soft">Style</dt>
        <dd>{supportsStyle ? "natural or vivid" : "not a setting of this model"}</dd>
      </dl>
    </Disclosure>
  );
}
