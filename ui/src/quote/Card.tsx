import type { ReactNode } from "react";
import type { Item } from "../api/types";
import { Chip, ProviderBadge } from "../design/Chip";
import { cut, dimensions } from "../design/format";

export function Card({ label, children }: { label: string; children: ReactNode }) {
  return (
    <article
      aria-label={cut(label, 90)}
      className="w-full max-w-160 overflow-hidden rounded-2xl border border-line bg-sheet shadow-sheet"
    >
      {children}
    </article>
  );
}

/** Who makes it, with what, how well and how large. */
export function Facts({ item, children }: { item: Item; children?: ReactNode }) {
  return (
    <div className="flex flex-wrap items-center gap-2">
      <ProviderBadge provider={item.provider} />
      <Chip>{item.model}</Chip>
      <Chip tone="tier">{item.qualityTier}</Chip>
      <Chip tone="size">{dimensions(item.size)}</Chip>
      {children}
    </div>
  );
}
