import type { FormEvent } from "react";
import type { IssuedKey, Scope } from "../api/types";
import { Button } from "../design/Button";
import { Disclosure } from "../design/Disclosure";
import { Field, INPUT } from "../design/Field";
import { Notice } from "../design/Notice";
import { useStore } from "../design/store";
import { useCreateKey } from "../queries/keys";
import { DEFAULTS, type KeyForm, keyForm, LIFETIMES, LIMITS, newKey, SCOPES } from "./form";

const change = (changes: Partial<KeyForm>) => keyForm.set({ ...keyForm.get(), ...changes });

function Scopes({ chosen }: { chosen: readonly Scope[] }) {
  const toggle = (scope: Scope, on: boolean) =>
    change({
      scopes: SCOPES.map((one) => one.scope).filter((one) =>
        one === scope ? on : chosen.includes(one),
      ),
    });
  return (
    <fieldset>
      <legend className="mb-1 text-[0.84rem] font-medium">It may</legend>
      <div className="grid gap-x-4 wide:grid-cols-2">
        {SCOPES.map(({ scope, name, means }) => (
          <label key={scope} className="flex min-h-9 items-center gap-2.5 text-[0.87rem]">
            <input
              type="checkbox"
              checked={chosen.includes(scope)}
              onChange={({ target }) => toggle(scope, target.checked)}
              className="size-4 accent-plate"
            />
            <span>
              <b className="font-semibold">{name}</b> <span className="text-soft">{means}</span>
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function Limits({ form }: { form: KeyForm }) {
  return (
    <div className="-mx-4.5">
      <Disclosure title="Limits of its own" gist={gistOf(form)}>
        <div className="grid grid-cols-2 gap-3 wide:grid-cols-3">
          {LIMITS.map(({ limit, name, money }) => (
            <Field
              key={limit}
              label={name}
              type="number"
              inputMode="decimal"
              min={0}
              step={money ? 0.01 : 1}
              placeholder="no limit"
              value={form.limits[limit] ?? ""}
              onChange={({ target }) =>
                change({ limits: { ...form.limits, [limit]: target.value } })
              }
            />
          ))}
          <Field
            label="Dollars an image"
            type="number"
            inputMode="decimal"
            min={0}
            step={0.0001}
            placeholder="no limit"
            value={form.maxImageCost}
            onChange={({ target }) => change({ maxImageCost: target.value })}
          />
          <Field
            className="col-span-2"
            label="Models"
            placeholder="all of them"
            hint="Names separated by spaces; provider/* means all of that provider."
            value={form.models}
            onChange={({ target }) => change({ models: target.value })}
          />
        </div>
        <p className="mt-3 text-soft">They hold beside your own limits, never above them.</p>
      </Disclosure>
    </div>
  );
}

function gistOf({ limits, models, maxImageCost }: KeyForm): string {
  const set = Object.values(limits).filter((text) => text.trim() !== "").length;
  const more = [models, maxImageCost].filter((text) => text.trim() !== "").length;
  return set + more === 0 ? "none" : `${set + more} set`;
}

interface NewKeyFormProps {
  onIssued: (issued: IssuedKey) => void;
  onCancel: () => void;
}

export function NewKeyForm({ onIssued, onCancel }: NewKeyFormProps) {
  const form = useStore(keyForm);
  const create = useCreateKey();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate(newKey(form, Date.now()), {
      onSuccess: (issued) => {
        keyForm.set(DEFAULTS);
        onIssued(issued);
      },
    });
  };
  return (
    <form
      aria-label="New key"
      onSubmit={submit}
      className="flex flex-col gap-4 rounded-2xl border border-line bg-sheet px-4.5 pt-4 pb-4.5 shadow-sheet"
    >
      <div className="grid gap-4 wide:grid-cols-[1fr_11rem]">
        <Field
          label="Name"
          required
          maxLength={100}
          autoComplete="off"
          placeholder="Where it will be used: nightly posters"
          value={form.name}
          onChange={({ target }) => change({ name: target.value })}
        />
        <label className="block">
          <span className="mb-1 block text-[0.84rem] font-medium">Expires after</span>
          <select
            value={form.days}
            onChange={({ target }) => change({ days: Number(target.value) })}
            className={INPUT}
          >
            {LIFETIMES.map(({ days, name }) => (
              <option key={days} value={days}>
                {name}
              </option>
            ))}
          </select>
        </label>
      </div>
      <Scopes chosen={form.scopes} />
      <Limits form={form} />
      {create.error && <Notice tone="bad" icon="warn" title={create.error.message} />}
      <div className="flex flex-wrap gap-2">
        <Button
          type="submit"
          kind="pay"
          className="px-4! py-2.5!"
          disabled={create.isPending || form.scopes.length === 0}
        >
          Create key
        </Button>
        <Button kind="bare" onClick={onCancel}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
