import { apiUrl } from "../api/client";
import type { Item } from "../api/types";

/** When the links of an item stop working, in milliseconds; null where they do not end. */
export function linksEnd({ imageUrl }: Item): number | null {
  const seconds = imageUrl ? new URL(apiUrl(imageUrl)).searchParams.get("exp") : null;
  return seconds === null ? null : Number(seconds) * 1000;
}
