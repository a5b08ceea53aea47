import type { UsageLine, UsageWindow } from "../api/types";
import { dollars, price } from "../design/format";

/** Money as precisely as it matters: four decimals below ten cents. */
export const money = (amount: number): string =>
  amount > 0 && amount < 0.1 ? price(amount) : dollars(amount);

export const images = (count: number): string => `${count} ${count === 1 ? "image" : "images"}`;

interface Days {
  from: string;
  to: string;
}

const date = (day: string) =>
  new Date(day).toLocaleDateString([], { day: "numeric", month: "short", timeZone: "UTC" });

/** "22 Nov", or "16 Nov to 22 Nov". */
export const daysInWords = ({ from, to }: Days): string =>
  from === to ? date(from) : `${date(from)} to ${date(to)}`;

/** "$1.20, 12 images, $0.0958 held" */
export const lineInWords = ({ spent, images: count, unknown }: UsageLine): string =>
  [money(spent), images(count), ...(unknown > 0 ? [`${money(unknown)} held`] : [])].join(", ");

const WINDOWS = { hour: "this hour", day: "today", month: "this month" } as const;
const OWNERS = { user: "", key: " with this key", gateway: " by everybody" } as const;

/** "Money today", "Images this hour by everybody" */
export const windowName = ({ metric, period, scope }: UsageWindow): string =>
  `${metric === "money" ? "Money" : "Images"} ${WINDOWS[period]}${OWNERS[scope]}`;

export const amountOf = ({ metric }: UsageWindow, value: number): string =>
  metric === "money" ? money(value) : String(value);
