import { dimensions, ratio } from "../design/format";

const COMMON = ["1024x1024", "1536x1024", "1024x1536", "1792x1024", "1024x1792"] as const;

const WIDE = 1.6;

/** A size by its shape: "Landscape". */
export function shape(size: string): string {
  const wide = ratio(size);
  if (wide === 1) return "Square";
  if (wide > 1) return wide > WIDE ? "Wide" : "Landscape";
  return 1 / wide > WIDE ? "Tall" : "Portrait";
}

/** The sizes to choose from: the model's own, or those that most models come near to. */
export const sizesOf = (own: readonly string[] | undefined): readonly string[] =>
  own && own.length > 0 ? own : COMMON;

export const sizeNote = (size: string): string => dimensions(size);
