import type { Asked } from "../api/types";

/** Who asked, in words; an assistant that cannot show a price asks without a key. */
export const askerOf = ({ keyName }: Asked): string =>
  keyName === null ? "a program of yours" : `the API key “${keyName}”`;
