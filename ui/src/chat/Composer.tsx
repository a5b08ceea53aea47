import { type KeyboardEvent, useId } from "react";
import { reachable } from "../api/reach";
import { Icon } from "../design/Icon";
import { useStore } from "../design/store";
import { noteSent } from "./history";
import { Mentions, optionId } from "./Mentions";
import { Picked } from "./Picked";
import type { FieldRef } from "./useCaret";
import { useMention } from "./useMention";
import { usePromptHistory } from "./usePromptHistory";

interface ComposerProps {
  field: FieldRef;
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
  "grid size-10 shrink-0 place-items-center rounded-xl bg-plate text-plate-ink transition-opacity disabled:opacity-40 forced-colors:border";

/** On glass Enter is the only way to a new line. */
const onGlass = (): boolean => window.matchMedia?.("(pointer: coarse)").matches ?? false;

function sends({ key, shiftKey, ctrlKey, metaKey, nativeEvent }: KeyboardEvent): boolean {
  if (key !== "Enter" || nativeEvent.isComposing) return false;
  return ctrlKey || metaKey || (!shiftKey && !onGlass());
}

const HINT = "Enter sends, Shift+Enter starts a new line, @ names a model.";

function Hint({ id, away }: { id: string; away: boolean }) {
  const look = away ? "block" : "hidden wide:block";
  return (
    <p id={id} className={`${look} pt-1.5 text-center text-[0.78rem] text-soft`}>
      {away
        ? "Sending waits until the gateway answers; your words stay here."
        : `${HINT} Nothing is bought until you press a price.`}
    </p>
  );
}

export function Composer(props: ComposerProps) {
  const { field, text, placeholder, busy, onChange, onSend, onStop } = props;
  const hint = useId();
  const list = useId();
  const away = !useStore(reachable);
  const history = usePromptHistory({ field, text, onChange });
  const mention = useMention({ field, text, onChange });
  const listed = mention.found.length > 0;
  const words = text.trim();
  const sendable = words !== "" && !busy && !away;
  const send = () => {
    if (!sendable) return;
    noteSent(words);
    history.leave();
    onSend(words);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (mention.onKey(event) || history.onKey(event)) return event.preventDefault();
    if (!sends(event)) return;
    event.preventDefault();
    send();
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
      className="sticky bottom-0 z-10 bg-linear-to-b from-transparent to-paper to-30% pt-5 pb-3.5 forced-colors:bg-[Canvas]"
    >
      <div className="relative flex flex-col gap-1 rounded-2xl border border-edge bg-sheet p-2.5 shadow-sheet has-[textarea:focus]:outline-2 has-[textarea:focus]:outline-offset-1 has-[textarea:focus]:outline-plate">
        {listed && (
          <Mentions
            id={list}
            found={mention.found}
            active={mention.active}
            onChoose={mention.choose}
          />
        )}
        <textarea
          ref={field}
          value={text}
          rows={1}
          aria-label="Message"
          aria-describedby={hint}
          aria-autocomplete="list"
          aria-controls={listed ? list : undefined}
          aria-activedescendant={listed ? optionId(list, mention.active) : undefined}
          placeholder={placeholder}
          onChange={(event) => {
            history.leave();
            onChange(event.target.value);
            mention.look();
          }}
          onSelect={mention.look}
          onBlur={mention.close}
          onKeyDown={onKeyDown}
          className="field-sizing-content max-h-48 min-h-10 w-full resize-none bg-transparent px-1.5 py-2 leading-6 outline-none placeholder:whitespace-nowrap placeholder:text-soft"
        />
        <div className="flex items-end gap-2.5">
          <Picked />
          {busy && onStop ? (
            <button type="button" aria-label="Stop" title="Stop" onClick={onStop} className={ROUND}>
              <Icon name="stop" className="size-5 [&_path]:fill-current" />
            </button>
          ) : (
            <button
              type="submit"
              aria-label="Send"
              aria-describedby={away ? hint : undefined}
              disabled={!sendable}
              className={ROUND}
            >
              <Icon name="up" className="size-5" />
            </button>
          )}
        </div>
      </div>
      <Hint id={hint} away={away} />
    </form>
  );
}
