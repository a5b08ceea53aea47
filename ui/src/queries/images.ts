import type { QueryClient } from "@tanstack/react-query";
import { patchJson } from "../api/client";
import type { ImageRef, Item } from "../api/types";
import { changeItem } from "./quotes";

/** Says what an image shows; with no words its prompt does. */
export async function describeImage(
  client: QueryClient,
  itemId: string,
  imageId: string,
  altText: string,
): Promise<void> {
  const path = `/api/images/${encodeURIComponent(imageId)}`;
  const told = await patchJson<ImageRef>(path, { altText });
  changeItem(client, itemId, (item: Item) => ({
    ...item,
    images: item.images?.map((image) =>
      image.id === imageId ? { ...image, altText: told.altText } : image,
    ),
  }));
}
