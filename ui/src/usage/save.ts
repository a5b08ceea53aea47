/** Hands a file to the browser's downloads. */
export function save(file: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  // The download has taken hold of it by the next turn of the event loop.
  setTimeout(() => URL.revokeObjectURL(link.href));
}
