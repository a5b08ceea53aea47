import type { ComponentProps } from "react";
import { Icon, type IconName } from "./Icon";

const LOOKS = {
  pay: "bg-copper text-copper-ink hover:bg-copper-deep shadow-[inset_0_-2px_0_rgb(0_0_0/0.14)] px-5 py-3.5 text-[0.97rem] font-semibold rounded-xl forced-colors:border",
  quiet:
    "border border-line hover:border-edge hover:bg-mat px-3 py-2 text-[0.84rem] font-medium rounded-lg",
  bare: "text-soft hover:text-ink px-2 py-1 text-[0.84rem] font-medium rounded-lg",
} as const;

export type Look = keyof typeof LOOKS;

export const look = (name: Look): string =>
  `inline-flex items-center justify-center gap-1.5 leading-tight transition-colors ` +
  `disabled:opacity-55 disabled:cursor-default min-h-8 ${LOOKS[name]}`;

interface ButtonProps extends ComponentProps<"button"> {
  kind?: Look;
  icon?: IconName;
}

export function Button({ kind = "quiet", icon, className = "", children, ...rest }: ButtonProps) {
  return (
    <button type="button" className={`${look(kind)} ${className}`} {...rest}>
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}
