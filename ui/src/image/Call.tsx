import { toast } from "../a11y/announce";
import type { Attempt, Item, LlmApiCall } from "../api/types";
import { Button } from "../design/Button";
import { Chip, ProviderBadge } from "../design/Chip";
import { copyText } from "../design/clipboard";
import { dimensions, price } from "../design/format";
import { askAsCurl, askAsPython, askingOf } from "./asking";
import { FileSays } from "./FileSays";
import { asCurl, asPython, orderOf } from "./snippets";

export const isImage = ({ type }: LlmApiCall): boolean => type.startsWith("image");

const duration = (ms: number | null | undefined): string | null =>
  ms == null ? null : `${(ms / 1000).toFixed(1)} s`;

type Fact = readonly [name: string, value: string | null | undefined];

function facts(call: LlmApiCall): Fact[] {
  const { tokens, attempts, metadata, durationMs, quoted, billed, cost, requestId } = call;
  const differs = billed != null && cost !== null && price(billed) !== price(cost);
  return [
    ["Tokens", tokens && `${tokens.input} in, ${tokens.output} out`],
    ["Size", metadata?.size && dimensions(metadata.size)],
    ["Quality", metadata?.quality],
    ["Style", metadata?.style],
    ["Duration", duration(durationMs)],
    ["Quoted", quoted == null ? null : price(quoted)],
    ["Charged", cost === null ? "not priced" : price(cost)],
    ["Billed by the provider", differs ? price(billed) : null],
    ["Attempts", attempts && String(attempts.length)],
    ["Request", requestId],
  ];
}

function Facts({ call }: { call: LlmApiCall }) {
  return (
    <dl className="mt-2.5 grid grid-cols-[repeat(auto-fill,minmax(8.5rem,1fr))] gap-x-4 gap-y-2 text-[0.87rem]">
      {facts(call).map(
        ([name, value]) =>
          value != null &&
          value !== "" && (
            <div key={name} className={name === "Request" ? "col-span-full" : ""}>
              <dt className="text-[0.78rem] text-soft">{name}</dt>
              <dd
                className={`tabular-nums ${name === "Request" ? "font-mono text-[0.81rem]" : ""}`}
              >
                {value}
              </dd>
            </div>
          ),
      )}
    </dl>
  );
}

const STATES: Readonly<Record<string, string>> = {
  settled: "paid",
  released: "not billed",
  unknown: "no answer",
  dispatched: "at work",
  reserved: "about to begin",
};

/** Each call that was made for it: worth a table only when there was more than one, or a failure. */
function Attempts({ attempts }: { attempts: readonly Attempt[] }) {
  if (attempts.length < 2 && !attempts[0]?.error) return null;
  return (
    <ol aria-label="Attempts" className="mt-3 rounded-xl bg-mat px-3.5 py-1 text-[0.84rem]">
      {attempts.map(({ id, provider, model, state, charged, durationMs, error }) => (
        <li
          key={id}
          className="flex flex-wrap items-center gap-x-2.5 gap-y-1 border-t border-dashed border-line py-2 first:border-0"
        >
          <ProviderBadge provider={provider} />
          <span>{model}</span>
          <span className="text-soft">
            {[STATES[state] ?? state, duration(durationMs)].filter(Boolean).join(", ")}
          </span>
          <span className="ml-auto tabular-nums">{price(charged)}</span>
          {error && <span className="basis-full text-bad">{error}</span>}
        </li>
      ))}
    </ol>
  );
}

async function copy(text: string, what: string) {
  toast((await copyText(text)) ? `${what} copied to clipboard!` : "The browser did not allow it");
}

interface Program {
  /** What is copied; two programs of one dialog are not called alike. */
  copies: string;
  curl: string;
  python: string;
}

/** The same again from a program: the picture's order, or the question that was asked. */
function programOf({ call, item, question }: CallProps): Program | null {
  if (item) {
    const order = orderOf(item);
    return { copies: "Copy", curl: asCurl(order), python: asPython(order) };
  }
  if (isImage(call) || !question) return null;
  const asking = askingOf(call, question);
  return { copies: "Copy question", curl: askAsCurl(asking), python: askAsPython(asking) };
}

function CopyProgram({ copies, curl, python }: Program) {
  return (
    <div className="mt-2.5 -ml-2 flex flex-wrap gap-x-1">
      <Button kind="bare" icon="copy" onClick={() => void copy(curl, "cURL command")}>
        {copies} as cURL
      </Button>
      <Button kind="bare" icon="copy" onClick={() => void copy(python, "Python program")}>
        {copies} as Python
      </Button>
    </div>
  );
}

interface CallProps {
  call: LlmApiCall;
  /** The card that the call was made for; the chat model's have none. */
  item: Item | undefined;
  /** What the chat model was asked. */
  question: string | undefined;
}

export function Call(props: CallProps) {
  const { call } = props;
  const program = programOf(props);
  return (
    <li className="border-t border-line py-4 first:border-0">
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
      <Facts call={call} />
      <Attempts attempts={call.attempts ?? []} />
      {props.item?.images?.map(({ id }, index, { length }) => (
        <FileSays key={id} id={id} name={length > 1 ? `Image ${index + 1}` : null} />
      ))}
      {program && <CopyProgram {...program} />}
    </li>
  );
}
