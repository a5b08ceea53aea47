import { toast } from "../a11y/announce";
import { copyText } from "../design/clipboard";

const NOT_ALLOWED = "The browser did not allow copying";

export async function copySaid(text: string, done = "Copied to clipboard!"): Promise<void> {
  toast((await copyText(text)) ? done : NOT_ALLOWED);
}
