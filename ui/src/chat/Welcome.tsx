import type { Example } from "../api/types";
import { Chip, ProviderBadge } from "../design/Chip";
import { price } from "../design/format";
import { useExamples } from "../queries/about";

function Tile({ example, onPick }: { example: Example; onPick: (prompt: string) => void }) {
  return (
    <button
      type="button"
      onClick={() => onPick(example.prompt)}
      className="group flex h-full w-full flex-col gap-3 rounded-2xl border border-line bg-sheet p-4.5 text-left shadow-sheet transition-colors hover:border-copper"
    >
      <span className="flex w-full items-center justify-between">
        <Chip tone="tier">{example.tier}</Chip>
        <span className="font-semibold text-copper tabular-nums">{price(example.cost)}</span>
      </span>
      <span className="font-serif text-[1.05rem] leading-snug italic">{example.prompt}</span>
      <span className="mt-auto flex flex-wrap items-center gap-2 text-[0.81rem] text-soft">
        <ProviderBadge provider={example.provider} />
        {example.model}
      </span>
    </button>
  );
}

/** The empty room teaches: one prompt of each tier, with what it would cost. */
export function Welcome({ onPick }: { onPick: (prompt: string) => void }) {
  const examples = useExamples().data ?? [];
  return (
    <div className="flex flex-1 flex-col justify-center gap-8 py-10">
      <div className="flex flex-col gap-2">
        <h1 className="font-serif text-[clamp(1.7rem,4.5vw,2.4rem)] leading-tight font-semibold text-balance">
          Describe a picture. See its price. Then decide.
        </h1>
        <p className="max-w-[56ch] text-soft">
          Your words choose the quality. You get one price and a promise of the most it can cost;
          nothing is bought until you press it.
        </p>
      </div>
      {examples.length > 0 && (
        <ul aria-label="Examples" className="grid grid-cols-1 gap-3.5 wide:grid-cols-2">
          {examples.map((example) => (
            <li key={example.tier}>
              <Tile example={example} onPick={onPick} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
