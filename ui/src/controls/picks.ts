import type { NewQuote, Tier } from "../api/types";

/** What a person picked beside the words; each outranks what the words and the chat model say. */
export interface Picks {
  quality?: Tier;
  size?: string;
  n?: number;
  provider?: string;
  model?: string;
  style?: string;
  negativePrompt?: string;
  seed?: number;
  steps?: number;
  guidance?: number;
  background?: string;
  outputFormat?: string;
  /** How often the picture shows itself while it is made; each time is paid for. */
  partialImages?: number;
}

/** The values a number may have, and the one it has when nobody names one. */
export interface Span {
  min: number;
  max: number;
  default?: number | null;
}

/** What a model can be told beside prompt and size; what it has not is absent, null or empty. */
export interface Capabilities {
  negativePrompt?: boolean;
  seed?: boolean;
  steps?: Span | null;
  guidance?: Span | null;
  styles?: readonly string[];
  backgrounds?: readonly string[];
  outputFormats?: readonly string[];
  sizes?: readonly string[];
  /** Images in one order. */
  maxImages?: number;
  /** Unfinished pictures that it can show on the way. */
  partialImages?: number;
}

/** What can be set of an offer; null where the gateway tells only names. */
export function capabilitiesOf({
  capabilities,
}: {
  capabilities?: Capabilities | readonly string[];
}): Capabilities | null {
  if (!capabilities || Array.isArray(capabilities)) return null;
  return capabilities as Capabilities;
}

const PICKED = [
  "quality",
  "size",
  "n",
  "provider",
  "model",
  "style",
  "negativePrompt",
  "seed",
  "steps",
  "guidance",
  "background",
  "outputFormat",
  "partialImages",
] as const satisfies readonly (keyof Picks)[];

const picked = (value: unknown): boolean => value !== undefined && value !== null && value !== "";

/** These picks without those that say nothing. */
export const settled = (picks: Picks): Picks =>
  Object.fromEntries(Object.entries(picks).filter(([, value]) => picked(value)));

/** What was picked for a request, as `POST /api/quotes` took it. */
export function picksOf(request: NewQuote | undefined): Picks {
  const all: Picks = Object.fromEntries(PICKED.map((name) => [name, request?.[name]]));
  return settled({ ...all, partialImages: all.partialImages || undefined });
}

/** So many images; only one at a time shows itself while it is made. */
export const counted = (n: number): Picks => ({ n, ...(n > 1 && { partialImages: undefined }) });

/** The controls that the model has: none means that there is nothing to set. */
export function hasControls(capabilities: Capabilities | null | undefined): boolean {
  if (!capabilities) return false;
  const { negativePrompt, seed, steps, guidance, maxImages = 1, partialImages } = capabilities;
  const { styles = [], backgrounds = [], outputFormats = [] } = capabilities;
  const lists = [styles, backgrounds, outputFormats].some(({ length }) => length > 0);
  const others = negativePrompt || seed || steps || guidance || partialImages;
  return Boolean(others || lists || maxImages > 1);
}
