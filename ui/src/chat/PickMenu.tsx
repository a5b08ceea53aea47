import type { Tier } from "../api/types";
import Controls from "../controls/Controls";
import { counted, hasControls } from "../controls/picks";
import { ProviderBadge } from "../design/Chip";
import { price } from "../design/format";
import { type Choice, Menu } from "../design/Menu";
import { useStore } from "../design/store";
import { useExamples } from "../queries/about";
import { type OfferedModel, rowFor, useOfferedModels } from "../queries/catalog";
import { pick, picks } from "./picks";
import { shape, sizeNote, sizesOf } from "./sizes";
import { images, modelPrice } from "./words";

export type Which = "model" | "tier" | "size" | "count" | "more";

const AUTO = "auto";

interface MenuProps {
  onDone: () => void;
}

/** What the picked model is, once the catalog is here. */
function useModels() {
  const { provider, model, quality } = useStore(picks);
  const { data: models = [], error, isPending } = useOfferedModels(true);
  const chosen = models.find((one) => one.provider === provider && one.model === model);
  return { models, chosen, quality, error, isPending };
}

const modelChoice = (one: OfferedModel, tier: Tier | undefined): Choice<OfferedModel | null> => {
  const cost = tier && rowFor(one, tier)?.squareCost;
  return {
    key: `${one.provider}/${one.model}`,
    value: one,
    name: one.model,
    badge: <ProviderBadge provider={one.provider} />,
    note: cost ? price(cost) : modelPrice(one),
  };
};

function ModelMenu({ onDone }: MenuProps) {
  const { models, chosen, quality, error, isPending } = useModels();
  if (error) return <p className="p-2 text-[0.87rem]">The models could not be loaded.</p>;
  if (isPending) return <p className="p-2 text-[0.87rem] text-soft">Loading the models…</p>;
  const choices: Choice<OfferedModel | null>[] = [
    { key: AUTO, value: null, name: "Auto", note: "the best for your words" },
    ...models.map((one) => modelChoice(one, quality)),
  ];
  return (
    <Menu
      label="Model"
      choices={choices}
      chosen={chosen ? `${chosen.provider}/${chosen.model}` : AUTO}
      onChoose={(one) => {
        pick({ provider: one?.provider, model: one?.model });
        onDone();
      }}
    />
  );
}

const TIERS: readonly Tier[] = ["fast", "standard", "high", "ultra"];

function TierMenu({ onDone }: MenuProps) {
  const { quality } = useStore(picks);
  const examples = useExamples().data ?? [];
  const cost = (tier: Tier) => examples.find((example) => example.tier === tier)?.cost;
  const note = (tier: Tier) => {
    const amount = cost(tier);
    return amount === undefined ? undefined : `about ${price(amount)}`;
  };
  const choices: Choice<Tier | undefined>[] = [
    { key: AUTO, value: undefined, name: "Auto", note: "your words decide" },
    ...TIERS.map((tier) => ({ key: tier, value: tier, name: tier, note: note(tier) })),
  ];
  return (
    <Menu
      label="Tier"
      choices={choices}
      chosen={quality ?? AUTO}
      onChoose={(tier) => {
        pick({ quality: tier });
        onDone();
      }}
    />
  );
}

function SizeMenu({ onDone }: MenuProps) {
  const { size } = useStore(picks);
  const { chosen, quality } = useModels();
  const sizes = sizesOf(chosen && rowFor(chosen, quality)?.capabilities.sizes);
  const all = size && !sizes.includes(size) ? [size, ...sizes] : sizes;
  const choices: Choice<string | undefined>[] = [
    { key: AUTO, value: undefined, name: "Auto", note: "the model's usual size" },
    ...all.map((one) => ({ key: one, value: one, name: shape(one), note: sizeNote(one) })),
  ];
  return (
    <Menu
      label="Size"
      choices={choices}
      chosen={size ?? AUTO}
      onChoose={(picked) => {
        pick({ size: picked });
        onDone();
      }}
    />
  );
}

const COUNTS = [1, 2, 3, 4, 6, 8, 10] as const;

function CountMenu({ onDone }: MenuProps) {
  const { n = 1 } = useStore(picks);
  const all = [...new Set([...COUNTS, n])].sort((a, b) => a - b);
  return (
    <Menu
      label="Count"
      choices={all.map((count) => ({ key: String(count), value: count, name: images(count) }))}
      chosen={String(n)}
      onChoose={(count) => {
        pick(count === 1 ? { n: undefined } : counted(count));
        onDone();
      }}
    />
  );
}

/** The model whose settings are shown: the picked one, else the one this tier usually means. */
function useSettled() {
  const { models, chosen, quality, isPending } = useModels();
  const usual = (useExamples().data ?? []).find(({ tier }) => tier === (quality ?? "standard"));
  const model = chosen ?? models.find((one) => one.model === usual?.model);
  return { model, row: model && rowFor(model, quality), picked: chosen !== undefined, isPending };
}

function More() {
  const value = useStore(picks);
  const { model, row, picked, isPending } = useSettled();
  if (isPending) return <p className="p-2 text-[0.87rem] text-soft">Loading the models…</p>;
  const settable = row && hasControls(row.capabilities);
  return (
    <fieldset className="flex flex-col gap-3.5 p-2.5">
      <legend className="sr-only">More settings</legend>
      <p className="text-[0.84rem] text-soft">
        {model && settable
          ? `What ${model.model} can be told${picked ? "." : ". Pick a model to be sure of it."}`
          : "There is nothing more to set for this model."}
      </p>
      {settable && <Controls capabilities={row.capabilities} value={value} onChange={picks.set} />}
    </fieldset>
  );
}

/** What opens from one of the composer's chips; loaded when the first one does. */
export default function PickMenu({ which, onDone }: MenuProps & { which: Which }) {
  switch (which) {
    case "model":
      return <ModelMenu onDone={onDone} />;
    case "tier":
      return <TierMenu onDone={onDone} />;
    case "size":
      return <SizeMenu onDone={onDone} />;
    case "count":
      return <CountMenu onDone={onDone} />;
    case "more":
      return <More />;
  }
}
