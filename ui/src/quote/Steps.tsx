import type { Item } from "../api/types";
import { stepsTo } from "./fallback";

/** What led to this model, a line for each. */
export function Steps({ item }: { item: Item }) {
  return stepsTo(item).map((step) => <p key={step}>{step}</p>);
}
