import { useId } from "react";
import { offerUndo } from "../a11y/undo";
import { apiUrl } from "../api/client";
import type { About, Tier } from "../api/types";
import { clearHistory, promptHistory } from "../chat/history";
import { chatModel, defaultPicks, pickDefault } from "../chat/picks";
import { shape, sizeNote, sizesOf } from "../chat/sizes";
import { images } from "../chat/words";
import { Button } from "../design/Button";
import { Icon } from "../design/Icon";
import { useStore } from "../design/store";
import { chooseTheme, type Theme, theme } from "../design/theme";
import { Section, Select } from "./parts";

const THEMES: readonly (readonly [Theme, string])[] = [
  ["system", "As the system"],
  ["light", "Light"],
  ["dark", "Dark"],
];

function Look() {
  const chosen = useStore(theme);
  const name = useId();
  return (
    <Section title="Look">
      <fieldset>
        <legend className="sr-only">Theme</legend>
        <div className="grid grid-cols-1 gap-2 wide:grid-cols-3">
          {THEMES.map(([key, words]) => (
            <label
              key={key}
              className="flex min-h-11 items-center gap-2.5 rounded-xl border border-line px-3 text-[0.9rem] has-checked:border-plate has-checked:bg-mine has-checked:font-medium"
            >
              <input
                type="radio"
                name={name}
                checked={chosen === key}
                onChange={() => chooseTheme(key)}
                className="size-4 accent-plate"
              />
              <Icon name={key} />
              {words}
            </label>
          ))}
        </div>
      </fieldset>
    </Section>
  );
}

function ChatModel({ models }: { models: readonly string[] }) {
  const chosen = useStore(chatModel);
  const [first] = models;
  if (first === undefined) return null;
  const known = chosen !== null && models.includes(chosen) ? chosen : first;
  return (
    <Section title="Chat model">
      <Select
        label="Who answers"
        value={known}
        options={models.map((model) => [model, model === first ? `${model} (usual)` : model])}
        onChange={(model) => chatModel.set(model === first ? null : model)}
      />
      <p className="text-[0.84rem] text-soft">
        It talks with you and asks for prices. It cannot buy anything, whichever it is.
      </p>
    </Section>
  );
}

const AUTO = "";
const TIERS: readonly Tier[] = ["fast", "standard", "high", "ultra"];
const COUNTS = [1, 2, 3, 4] as const;

const asTier = (value: string): Tier | undefined => TIERS.find((tier) => tier === value);

function Defaults() {
  const { quality, size, n = 1 } = useStore(defaultPicks);
  return (
    <Section title="New chats begin with">
      <div className="grid grid-cols-1 gap-3.5 wide:grid-cols-3">
        <Select
          label="Tier"
          value={quality ?? AUTO}
          options={[[AUTO, "Auto: your words decide"], ...TIERS.map((one) => [one, one] as const)]}
          onChange={(value) => pickDefault({ quality: asTier(value) })}
        />
        <Select
          label="Size"
          value={size ?? AUTO}
          options={[
            [AUTO, "Auto: the model's usual"],
            ...sizesOf(undefined).map((one) => [one, `${shape(one)}, ${sizeNote(one)}`] as const),
          ]}
          onChange={(value) => pickDefault({ size: value || undefined })}
        />
        <Select
          label="Count"
          value={String(n)}
          options={COUNTS.map((count) => [String(count), images(count)])}
          onChange={(value) => pickDefault({ n: value === "1" ? undefined : Number(value) })}
        />
      </div>
      <p className="text-[0.84rem] text-soft">
        Each chat can still choose otherwise, below the field you write in.
      </p>
    </Section>
  );
}

function History() {
  const sent = useStore(promptHistory);
  const one = sent.length === 1;
  const clear = () => {
    clearHistory();
    offerUndo("Prompt history cleared", () => promptHistory.set(sent));
  };
  return (
    <Section title="Prompt history">
      <p className="text-[0.9rem] text-soft">
        {sent.length === 0
          ? "Nothing is remembered. What you send is kept in this browser, for the arrow keys."
          : `The last ${one ? "prompt is" : `${sent.length} prompts are`} kept in this browser. Arrow up, at the start of the field, brings ${one ? "it" : "them"} back.`}
      </p>
      <Button icon="trash" className="self-start" disabled={sent.length === 0} onClick={clear}>
        Clear prompt history
      </Button>
    </Section>
  );
}

const SIGN_IN = {
  none: "Off: whoever opens this studio is its one user",
  google: "With Google",
  oidc: "With an identity provider",
} as const;

function AboutThis({ about }: { about: About }) {
  const { version, auth, chat } = about;
  const facts = [
    ["Version", version],
    ["Sign-in", SIGN_IN[auth?.mode ?? "none"]],
    ["Chat", chat ? "On" : "Off: what you write is the prompt"],
    ["Gateway", new URL(apiUrl("/")).host],
  ] as const;
  return (
    <Section title="About">
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-5 gap-y-1.5 text-[0.9rem]">
        {facts.map(([term, fact]) => (
          <div key={term} className="contents">
            <dt className="text-soft">{term}</dt>
            <dd>{fact}</dd>
          </div>
        ))}
      </dl>
      <a
        href={apiUrl("/docs")}
        className="self-start text-[0.9rem] text-plate underline underline-offset-2"
      >
        The gateway's API
      </a>
    </Section>
  );
}

/** What this browser keeps for this person, and what house this is. */
export default function SettingsPage({ about }: { about: About }) {
  return (
    <div className="flex flex-col gap-4.5">
      <Look />
      {about.chat && <ChatModel models={about.chatModels ?? []} />}
      <Defaults />
      <History />
      <AboutThis about={about} />
    </div>
  );
}
