import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { reachable } from "../api/reach";
import { Button } from "../design/Button";
import { useStore } from "../design/store";
import type { ShownMessage } from "../queries/conversations";
import { copySaid } from "./copySaid";

interface AskedProps {
  message: ShownMessage;
  /** Sends other words in its place; absent where that cannot be done now. */
  onResend?: (message: ShownMessage, text: string) => void;
}

const BUBBLE = "rounded-[1rem_1rem_0.25rem_1rem] bg-mine forced-colors:border";

interface EditorProps {
  said: string;
  onSend: (text: string) => void;
  onCancel: () => void;
}

function Editor({ said, onSend, onCancel }: EditorProps) {
  const [text, setText] = useState(said);
  const field = useRef<HTMLTextAreaElement>(null);
  const hint = useId();
  const away = !useStore(reachable);
  const words = text.trim();
  const sendable = words !== "" && !away;

  useEffect(() => {
    field.current?.focus();
    field.current?.setSelectionRange(said.length, said.length);
  }, [said]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") onCancel();
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !sendable) return;
    event.preventDefault();
    onSend(words);
  };
  return (
    <form
      className={`flex w-full flex-col gap-2 self-end p-3 wide:w-[85%] ${BUBBLE}`}
      onSubmit={(event) => {
        event.preventDefault();
        if (sendable) onSend(words);
      }}
    >
      <textarea
        ref={field}
        value={text}
        aria-label="Edit message"
        aria-describedby={hint}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
        className="field-sizing-content max-h-72 min-h-16 w-full resize-none rounded-lg border border-edge bg-sheet px-3 py-2"
      />
      <div className="flex flex-wrap items-center justify-end gap-2">
        <p id={hint} className="min-w-48 flex-1 text-[0.78rem] text-soft">
          What came after it leaves the conversation. Bought pictures stay yours.
        </p>
        <Button className="bg-sheet" onClick={onCancel}>
          Cancel
        </Button>
        <Button
          type="submit"
          disabled={!sendable}
          className="border-transparent bg-plate text-plate-ink hover:bg-plate"
        >
          Send again
        </Button>
      </div>
    </form>
  );
}

const ACTIONS =
  "flex gap-0.5 pointer-fine:-mb-5 pointer-fine:opacity-0 pointer-fine:group-hover:opacity-100 pointer-fine:group-focus-within:opacity-100";

/** What a person said: it can be copied, and said again in other words. */
export function Asked({ message, onResend }: AskedProps) {
  const [editing, setEditing] = useState(false);
  const edit = useRef<HTMLButtonElement>(null);
  const close = () => {
    setEditing(false);
    requestAnimationFrame(() => edit.current?.focus());
  };
  if (editing && onResend) {
    return (
      <Editor
        said={message.content}
        onCancel={close}
        onSend={(text) => {
          setEditing(false);
          onResend(message, text);
        }}
      />
    );
  }
  return (
    <div className="group flex max-w-[88%] flex-col items-end gap-0.5 self-end wide:max-w-[70%]">
      <p className={`px-4 py-2.5 whitespace-pre-wrap ${BUBBLE}`}>
        <span className="sr-only">You: </span>
        {message.content}
      </p>
      <div className={ACTIONS}>
        <Button
          kind="bare"
          icon="copy"
          aria-label="Copy message"
          title="Copy"
          className="size-8"
          onClick={() => copySaid(message.content)}
        />
        {onResend && (
          <Button
            ref={edit}
            kind="bare"
            icon="edit"
            aria-label="Edit message"
            title="Edit and send again"
            className="size-8"
            onClick={() => setEditing(true)}
          />
        )}
      </div>
    </div>
  );
}
