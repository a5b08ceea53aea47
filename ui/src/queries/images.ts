import { type QueryClient, useQuery } from "@tanstack/react-query";
import { getJson, patchJson } from "../api/client";
import type { ImageDetails, ImageRef, Item } from "../api/types";
import { changeItem } from "./quotes";

const path = (id: string) => `/api/images/${encodeURIComponent(id)}`;

/** A kept file never changes, and neither does what it says. */
export const useImageDetails = (id: string) =>
  useQuery({
    queryKey: ["images", id],
    queryFn: ({ signal }) => getJson<ImageDetails>(path(id), signal),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** Says what an image shows; with no words its prompt does. */
export async function describeImage(
  client: QueryClient,
  itemId: string,
  imageId: string,
  altText: string,
): Promise<void> {
  const told = await patchJson<ImageRef>(path(imageId), { altText });
  changeItem(client, itemId, (item: Item) => ({
    ...item,
    images: item.images?.map((image) =>
      image.id === imageId ? { ...image, altText: told.altText } : image,
    ),
  }));
}
