const RANGES = [7, 30, 90] as const;

interface RangeProps {
  days: number;
  onChange: (days: number) => void;
}

/** How far back the page looks. */
export function Range({ days, onChange }: RangeProps) {
  return (
    <fieldset className="inline-flex rounded-xl border border-line bg-mat p-0.5">
      <legend className="sr-only">Range</legend>
      {RANGES.map((range) => (
        <label
          key={range}
          className="relative flex min-h-8 items-center rounded-[10px] px-3 text-[0.84rem] text-soft has-checked:bg-sheet has-checked:font-semibold has-checked:text-ink has-checked:shadow-sheet has-focus-visible:outline-2 has-focus-visible:outline-plate forced-colors:has-checked:underline"
        >
          <input
            type="radio"
            name="range"
            checked={days === range}
            onChange={() => onChange(range)}
            className="absolute inset-0 size-full cursor-pointer opacity-0"
          />
          {range} days
        </label>
      ))}
    </fieldset>
  );
}
