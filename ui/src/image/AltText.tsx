import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { toast } from "../a11y/announce";
import { Button } from "../design/Button";
import { INPUT } from "../design/Field";
import { describeImage } from "../queries/images";
import type { Shot } from "./shots";

const LONGEST = 1000;

/** What the picture shows, for those who do not see it. Empty brings its prompt back. */
export default function AltText({ shot, onDone }: { shot: Shot; onDone: () => void }) {
  const client = useQueryClient();
  const id = useId();
  const [words, setWords] = useState(shot.alt);
  const save = useMutation({
    mutationFn: () => describeImage(client, shot.item.id, shot.id, words.trim()),
    onSuccess: () => {
      toast("Alt text saved");
      onDone();
    },
  });
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <form onSubmit={onSubmit} className="order-1 flex basis-full flex-col gap-2 pt-1.5 pl-2">
      <label htmlFor={id} className="text-[0.84rem] font-medium">
        What the picture shows
      </label>
      <textarea
        id={id}
        rows={2}
        maxLength={LONGEST}
        value={words}
        aria-describedby={`${id}-hint`}
        onChange={({ target }) => setWords(target.value)}
        className={`field-sizing-content max-h-40 resize-none ${INPUT}`}
      />
      <p id={`${id}-hint`} className="text-[0.78rem] text-soft">
        Read out instead of the picture, and what Grab writes. Empty brings the prompt back.
      </p>
      {save.error && (
        <p role="alert" className="text-[0.84rem] text-bad">
          {save.error.message}
        </p>
      )}
      <div className="flex gap-1.5">
        <Button icon="check" type="submit" disabled={save.isPending}>
          Save
        </Button>
        <Button kind="bare" onClick={onDone}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
