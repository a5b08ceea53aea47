import { useId } from "react";
import { Button } from "../design/Button";
import { Field, INPUT } from "../design/Field";
import type { Span } from "./picks";

const LABEL = "mb-1 block text-[0.84rem] font-medium";
const OWN = "model's choice";

interface ControlProps<T> {
  value: T | undefined;
  onChange: (value: T | undefined) => void;
}

interface ChoiceProps extends ControlProps<string> {
  label: string;
  options: readonly string[] | undefined;
}

/** One of the model's own words; nothing at all for a model without any. */
export function Choice({ label, options = [], value, onChange }: ChoiceProps) {
  const id = useId();
  if (options.length === 0) return null;
  return (
    <div>
      <label htmlFor={id} className={LABEL}>
        {label}
      </label>
      <select
        id={id}
        value={value ?? ""}
        onChange={({ target }) => onChange(target.value || undefined)}
        className={INPUT}
      >
        <option value="">{OWN}</option>
        {options.map((option) => (
          <option key={option}>{option}</option>
        ))}
      </select>
    </div>
  );
}

interface CountProps {
  most: number;
  value: number;
  onChange: (n: number) => void;
}

export function Count({ most, value, onChange }: CountProps) {
  const id = useId();
  return (
    <div>
      <p id={id} className={LABEL}>
        Images
      </p>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset's legend cannot stand beside its content. */}
      <div role="group" aria-labelledby={id} className="flex items-center gap-2">
        <Button
          icon="minus"
          aria-label="One image fewer"
          aria-describedby={`${id}-now`}
          className="size-10 p-0"
          disabled={value <= 1}
          onClick={() => onChange(value - 1)}
        />
        <span id={`${id}-now`} className="min-w-6 text-center font-semibold tabular-nums">
          {value}
        </span>
        <Button
          icon="plus"
          aria-label="One image more"
          aria-describedby={`${id}-now`}
          className="size-10 p-0"
          disabled={value >= most}
          onClick={() => onChange(value + 1)}
        />
        <span className="text-[0.78rem] text-soft">up to {most}</span>
      </div>
    </div>
  );
}

const HIGHEST_SEED = 2 ** 31 - 1;
const throwDice = () => Math.floor(Math.random() * HIGHEST_SEED);

function seedOf(text: string): number | undefined {
  const seed = Number(text);
  return text !== "" && Number.isSafeInteger(seed) && seed >= 0 ? seed : undefined;
}

/** The same words with the same seed make the same picture. */
export function Seed({ value, onChange }: ControlProps<number>) {
  return (
    <div className="flex items-end gap-2">
      <Field
        label="Seed"
        type="number"
        min={0}
        step={1}
        inputMode="numeric"
        placeholder="another one each time"
        className="min-w-0 flex-1"
        value={value ?? ""}
        onChange={({ target }) => onChange(seedOf(target.value))}
      />
      <Button
        icon="dice"
        aria-label="Throw the dice for a seed"
        title="Throw the dice"
        className="size-10 p-0"
        onClick={() => onChange(throwDice())}
      />
    </div>
  );
}

interface DialProps extends ControlProps<number> {
  label: string;
  hint: string;
  span: Span;
  step: number;
}

/** A number between two ends; the model's own until it is moved. */
export function Dial({ label, hint, span, step, value, onChange }: DialProps) {
  const id = useId();
  const own = span.default ?? null;
  const shown = value ?? own ?? (span.min + span.max) / 2;
  return (
    <div>
      <div className="flex min-h-6 items-baseline justify-between">
        <label htmlFor={id} className="text-[0.84rem] font-medium">
          {label}
        </label>
        {value === undefined ? (
          <span className="text-[0.84rem] text-soft tabular-nums">{own ?? OWN}</span>
        ) : (
          <button
            type="button"
            className="min-h-6 text-[0.84rem] text-plate tabular-nums underline underline-offset-2"
            onClick={() => onChange(undefined)}
          >
            <span className="sr-only">{label}: </span>
            {value}, back to {own ?? OWN}
          </button>
        )}
      </div>
      <input
        id={id}
        type="range"
        min={span.min}
        max={span.max}
        step={step}
        value={shown}
        aria-valuetext={value === undefined ? `${own ?? ""} ${OWN}`.trim() : String(value)}
        aria-describedby={`${id}-hint`}
        onChange={({ target }) => onChange(target.valueAsNumber)}
        className="h-6 w-full accent-plate"
      />
      <p id={`${id}-hint`} className="text-[0.78rem] text-soft">
        {hint}
      </p>
    </div>
  );
}

export function Negative({ value, onChange }: ControlProps<string>) {
  const id = useId();
  return (
    <div className="wide:col-span-2">
      <label htmlFor={id} className={LABEL}>
        Keep out of the picture
      </label>
      <textarea
        id={id}
        rows={2}
        maxLength={1000}
        value={value ?? ""}
        placeholder="text, watermark, extra fingers"
        onChange={({ target }) => onChange(target.value || undefined)}
        className={`field-sizing-content max-h-32 resize-none ${INPUT}`}
      />
    </div>
  );
}
