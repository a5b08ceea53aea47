import type { Item, LlmApiCall } from "../api/types";
import { Dialog } from "../design/Dialog";
import { price } from "../design/format";
import { Call, isImage } from "./Call";

interface LlmInfoDialogProps {
  /** Of the chat model. */
  calls: readonly LlmApiCall[];
  /** The message's cards as they stand now; each that has ended has a call of its own. */
  items?: readonly Item[];
  /** What the message answers. */
  question?: string;
  onClose: () => void;
}

const sum = (calls: readonly LlmApiCall[]): number =>
  calls.reduce((total, { cost }) => total + (cost ?? 0), 0);

/** The text's calls and the images' calls, each once, as they stand now. */
function together(calls: readonly LlmApiCall[], items: readonly Item[]): LlmApiCall[] {
  const made = items.flatMap(({ llmApiCall }) => llmApiCall ?? []);
  return [...new Map([...calls, ...made].map((call) => [call.id, call])).values()];
}

function Totals({ calls }: { calls: readonly LlmApiCall[] }) {
  const images = calls.filter(isImage);
  const texts = calls.filter((call) => !isImage(call));
  return (
    <dl className="grid grid-cols-[1fr_auto] gap-y-0.5 border-t border-line pt-3 text-[0.87rem] tabular-nums">
      <dt className="text-soft">Text</dt>
      <dd className="text-right">{price(sum(texts))}</dd>
      <dt className="text-soft">Image</dt>
      <dd className="text-right">{price(sum(images))}</dd>
      <dt className="font-semibold">Total</dt>
      <dd className="text-right font-semibold">{price(sum(calls))}</dd>
    </dl>
  );
}

/** Every call of one message, with text and image totalled apart. */
export function LlmInfoDialog({ calls, items = [], question, onClose }: LlmInfoDialogProps) {
  const all = together(calls, items);
  return (
    <Dialog title="LLM Info" onClose={onClose}>
      {all.length === 0 ? (
        <p className="py-4 text-soft">No call has been made for this message yet.</p>
      ) : (
        <ul>
          {all.map((call) => (
            <Call
              key={call.id}
              call={call}
              item={items.find(({ llmApiCall }) => llmApiCall?.id === call.id)}
              question={question}
            />
          ))}
        </ul>
      )}
      <Totals calls={all} />
    </Dialog>
  );
}

export default LlmInfoDialog;
