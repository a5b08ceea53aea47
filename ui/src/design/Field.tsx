import { type ComponentProps, type FormEvent, type ReactNode, useId } from "react";

export const INPUT =
  "w-full min-h-10 rounded-lg border border-edge bg-sheet px-3 py-2 text-[0.9rem] placeholder:text-soft";

interface FieldProps extends Omit<ComponentProps<"input">, "id"> {
  label: string;
  hint?: ReactNode;
}

/** The browser can only complain about what it can show. */
const unfold = ({ currentTarget }: FormEvent<HTMLInputElement>) =>
  currentTarget.closest("details")?.setAttribute("open", "");

/** One labelled line of text or number. */
export function Field({ label, hint, className = "", ...rest }: FieldProps) {
  const id = useId();
  const hintId = `${id}-hint`;
  return (
    <div className={className}>
      <label htmlFor={id} className="mb-1 block text-[0.84rem] font-medium">
        {label}
      </label>
      <input
        id={id}
        aria-describedby={hint ? hintId : undefined}
        className={INPUT}
        onInvalid={unfold}
        {...rest}
      />
      {hint && (
        <p id={hintId} className="mt-1 text-[0.78rem] text-soft">
          {hint}
        </p>
      )}
    </div>
  );
}
