import { apiUrl } from "../api/client";
import type { ImageRef, Item } from "../api/types";
import { markdownImage } from "../design/format";

/** One picture of an item. Links are absolute. */
export interface Shot {
  id: string;
  item: Item;
  image: ImageRef | null;
  /** The image's own bytes. */
  url: string;
  /** The copy to keep. */
  downloadUrl: string;
  thumbnailUrl: string;
  alt: string;
}

function shotOf(item: Item, image: ImageRef): Shot {
  return {
    id: image.id,
    item,
    image,
    url: apiUrl(image.url),
    downloadUrl: apiUrl(image.downloadUrl),
    thumbnailUrl: apiUrl(image.thumbnailUrl),
    alt: image.altText || item.prompt,
  };
}

/** The pictures of an item that has been bought. */
export function shotsOf(item: Item): Shot[] {
  if (item.status !== "complete") return [];
  if (item.images && item.images.length > 0) return item.images.map((each) => shotOf(item, each));
  if (!item.imageUrl) return [];
  const url = apiUrl(item.imageUrl);
  const links = { url, downloadUrl: url, thumbnailUrl: url };
  return [{ id: item.id, item, image: null, alt: item.prompt, ...links }];
}

/** An image in Markdown: its words are those it was asked for with, unless others were given. */
export const markdownOf = ({ alt, url }: Shot): string => markdownImage(alt, url);
