import type { ReactNode } from "react";
import { providerName } from "./format";

const CHIP = "rounded-full px-2.5 py-0.5 text-[0.78rem] leading-relaxed";

const BADGES: Readonly<Record<string, string>> = {
  openai: "bg-openai-wash text-openai",
  together: "bg-together-wash text-together",
  replicate: "bg-replicate-wash text-replicate",
  gemini: "bg-gemini-wash text-gemini",
};

interface ProviderBadgeProps {
  provider: string;
  /** Its name where the gateway tells one. */
  label?: string;
}

export function ProviderBadge({ provider, label }: ProviderBadgeProps) {
  const colours = BADGES[provider] ?? "bg-other-wash text-other";
  const name = label ?? providerName(provider);
  return <span className={`${CHIP} font-semibold whitespace-nowrap ${colours}`}>{name}</span>;
}

const TONES = {
  plain: "border border-line text-soft",
  tier: "bg-tier-wash text-tier font-semibold",
  size: "bg-size-wash text-size font-semibold",
  ok: "bg-ok-wash text-ok font-semibold",
} as const;

interface ChipProps {
  tone?: keyof typeof TONES;
  children: ReactNode;
}

export function Chip({ tone = "plain", children }: ChipProps) {
  return <span className={`${CHIP} tabular-nums ${TONES[tone]}`}>{children}</span>;
}
