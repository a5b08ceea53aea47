import { type KeyboardEvent, type RefObject, useId } from "react";
import { Icon } from "../design/Icon";

interface ComposerProps {
  field: RefObject<HTMLTextAreaElement | null>;
  text: string;
  placeholder: string;
  /** An answer is being made. */
  busy: boolean;
  onChange: (text: string) => void;
  onSend: (text: string) => void;
  /** Absent where nothing can be stopped. */
  onStop?: () => void;
}

const ROUND =
  "grid size-10 shrink-0 place-items-center rounded-xl bg-plate text-plate-ink transition-opacity disabled:opacity-40";

export function Composer(props: ComposerProps) {
  const { field, text, placeholder, busy, onChange, onSend, onStop } = props;
  const hint = useId();
  const words = text.trim();
  const sendable = words !== "" && !busy;
  const send = () => {
    if (sendable) onSend(words);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
      className="sticky bottom-0 z-10 bg-linear-to-b from-transparent to-paper to-30% pt-5 pb-3.5"
    >
      <div className="flex items-end gap-2.5 rounded-2xl border border-edge bg-sheet p-2.5 pl-4 shadow-sheet focus-within:outline-2 focus-within:outline-offset-1 focus-within:outline-plate">
        <textarea
          ref={field}
          value={text}
          rows={1}
          aria-label="Message"
          aria-describedby={hint}
          placeholder={placeholder}
          onChange={(event) => onChange(event.target.value)}
          onKeyDown={onKeyDown}
          className="field-sizing-content max-h-48 min-h-10 flex-1 resize-none bg-transparent py-2 leading-6 outline-none placeholder:whitespace-nowrap placeholder:text-soft"
        />
        {busy && onStop ? (
          <button type="button" aria-label="Stop" title="Stop" onClick={onStop} className={ROUND}>
            <Icon name="stop" className="size-5 [&_path]:fill-current" />
          </button>
        ) : (
          <button type="submit" aria-label="Send" disabled={!sendable} className={ROUND}>
            <Icon name="up" className="size-5" />
          </button>
        )}
      </div>
      <p id={hint} className="hidden pt-1.5 text-center text-[0.78rem] text-soft wide:block">
        Enter sends, Shift+Enter starts a new line. Nothing is bought until you press a price.
      </p>
    </form>
  );
}
