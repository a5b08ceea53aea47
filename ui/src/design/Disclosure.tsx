import type { ReactNode } from "react";
import { Icon } from "./Icon";

interface DisclosureProps {
  title: string;
  /** What is inside, in a few words, beside the title. */
  gist: string;
  /** For what is worth loading only then. */
  onOpen?: () => void;
  children: ReactNode;
}

export function Disclosure({ title, gist, onOpen, children }: DisclosureProps) {
  return (
    <details
      className="group border-t border-line"
      onToggle={({ currentTarget }) => currentTarget.open && onOpen?.()}
    >
      <summary className="flex min-h-10 list-none items-center gap-2 px-4.5 py-2 text-[0.87rem] hover:bg-mat [&::-webkit-details-marker]:hidden">
        <Icon
          name="chevron"
          className="size-3.5 text-soft transition-transform group-open:rotate-90 motion-reduce:transition-none"
        />
        <span className="shrink-0 font-medium">{title}</span>
        <span className="ml-auto line-clamp-2 text-right text-soft">{gist}</span>
      </summary>
      <div className="px-4.5 pt-0.5 pb-3.5 text-[0.87rem]">{children}</div>
    </details>
  );
}
