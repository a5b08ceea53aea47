import type { ReactNode } from "react";
import { Icon, type IconName } from "./Icon";

const TONES = {
  plain: "bg-mat text-ink",
  warn: "bg-warn-wash text-warn",
  bad: "bg-bad-wash text-bad",
} as const;

interface NoticeProps {
  tone: keyof typeof TONES;
  icon: IconName;
  title: string;
  children?: ReactNode;
}

/** Something a person should know, in one tone: what, and below it what it means. */
export function Notice({ tone, icon, title, children }: NoticeProps) {
  return (
    <div
      className={`flex items-start gap-2.5 rounded-xl px-3.5 py-2.5 text-[0.87rem] ${TONES[tone]}`}
    >
      <Icon name={icon} className="mt-0.5 size-[1.15rem]" />
      <div className="min-w-0">
        <p className="font-semibold">{title}</p>
        {children && <div className="text-ink">{children}</div>}
      </div>
    </div>
  );
}
