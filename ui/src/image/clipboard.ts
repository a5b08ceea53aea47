import { send } from "../api/client";

async function asPng(blob: Blob): Promise<Blob> {
  if (blob.type === "image/png") return blob;
  const picture = await createImageBitmap(blob);
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  canvas.getContext("2d")?.drawImage(picture, 0, 0);
  picture.close();
  return canvas.convertToBlob({ type: "image/png" });
}

const load = async (url: string): Promise<Blob> => asPng(await (await send(url)).blob());

/**
 * Puts the picture itself on the clipboard, as PNG: the one kind every browser takes. False
 * where the browser cannot, or the page is not served securely.
 */
export async function copyPicture(url: string): Promise<boolean> {
  try {
    // The promise goes in unresolved: Safari forgets the click while the bytes are fetched.
    await navigator.clipboard.write([new ClipboardItem({ "image/png": load(url) })]);
    return true;
  } catch {
    return false;
  }
}
