import type { LlmApiCall } from "../api/types";
import { Chip, ProviderBadge } from "../design/Chip";
import { Dialog } from "../design/Dialog";
import { dimensions, price } from "../design/format";

interface LlmInfoDialogProps {
  calls: readonly LlmApiCall[];
  onClose: () => void;
}

const isImage = ({ type }: LlmApiCall): boolean => type.startsWith("image");

const sum = (calls: readonly LlmApiCall[]): number =>
  calls.reduce((total, { cost }) => total + (cost ?? 0), 0);

type Fact = readonly [name: string, value: string | null | undefined];

function facts(call: LlmApiCall): Fact[] {
  const { tokens, attempts, metadata, durationMs, quoted, cost, requestId } = call;
  return [
    ["Tokens", tokens && `${tokens.input} in, ${tokens.output} out`],
    ["Size", metadata?.size && dimensions(metadata.size)],
    ["Quality", metadata?.quality],
    ["Style", metadata?.style],
    ["Duration", durationMs == null ? null : `${(durationMs / 1000).toFixed(1)} s`],
    ["Quoted", quoted == null ? null : price(quoted)],
    ["Charged", cost === null ? "not priced" : price(cost)],
    ["Attempts", attempts && String(attempts.length)],
    ["Request", requestId],
  ];
}

function Call({ call }: { call: LlmApiCall }) {
  return (
    <li className="border-t border-line py-3.5 first:border-0">
      <div className="flex flex-wrap items-center gap-2">
        <ProviderBadge provider={call.provider} />
        <Chip>{call.model}</Chip>
        <Chip>{isImage(call) ? "image" : "text"}</Chip>
        {call.success ? (
          <Chip tone="ok">success</Chip>
        ) : (
          <span className="text-[0.84rem] font-semibold text-bad">failed</span>
        )}
        <span className="ml-auto font-semibold tabular-nums">
          {call.cost === null ? "–" : price(call.cost)}
        </span>
      </div>
      {call.error && <p className="mt-2 text-[0.87rem] text-bad">{call.error}</p>}
      <dl className="mt-2.5 grid grid-cols-[repeat(auto-fill,minmax(8.5rem,1fr))] gap-x-4 gap-y-2 text-[0.87rem]">
        {facts(call).map(
          ([name, value]) =>
            value != null &&
            value !== "" && (
              <div key={name} className={name === "Request" ? "col-span-full" : ""}>
                <dt className="text-[0.78rem] text-soft">{name}</dt>
                <dd className="tabular-nums">{value}</dd>
              </div>
            ),
        )}
      </dl>
    </li>
  );
}

/** Every call of one message, with text and image totalled apart. */
export function LlmInfoDialog({ calls, onClose }: LlmInfoDialogProps) {
  const images = calls.filter(isImage);
  const texts = calls.filter((call) => !isImage(call));
  return (
    <Dialog title="LLM Info" onClose={onClose}>
      {calls.length === 0 ? (
        <p className="py-4 text-soft">No call has been made for this message yet.</p>
      ) : (
        <ul>
          {calls.map((call) => (
            <Call key={call.id} call={call} />
          ))}
        </ul>
      )}
      <dl className="grid grid-cols-[1fr_auto] gap-y-0.5 border-t border-line pt-3 text-[0.87rem] tabular-nums">
        <dt className="text-soft">Text</dt>
        <dd className="text-right">{price(sum(texts))}</dd>
        <dt className="text-soft">Image</dt>
        <dd className="text-right">{price(sum(images))}</dd>
        <dt className="font-semibold">Total</dt>
        <dd className="text-right font-semibold">{price(sum(calls))}</dd>
      </dl>
    </Dialog>
  );
}
