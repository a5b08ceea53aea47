import type { Provenance } from "../api/types";
import { Disclosure } from "../design/Disclosure";
import { useImageDetails } from "../queries/images";

const SIGNATURES: Record<Provenance["c2pa"], string> = {
  none: "none",
  valid: "valid, unchanged since",
  invalid: "broken",
  unread: "there, but not read here",
};

const ADDED: Record<Provenance["download"], string> = {
  none: "nothing",
  xmp: "a mark that a machine made it",
  c2pa: "a signed mark that a machine made it",
};

/** The last word of a NewsCode, which is an address. */
const word = (code: string | null): string | null => code?.split("/").at(-1) ?? null;

type Fact = readonly [name: string, value: string | null];

const facts = (said: Provenance): Fact[] => [
  ["Source", word(said.source)],
  ["Made with", said.generator],
  ["Signature", SIGNATURES[said.c2pa]],
  ["Signed by", said.signer && `${said.signer}${said.trusted ? ", trusted" : ", not known here"}`],
  ["XMP", word(said.xmp)],
  ["Problems", said.problems.join(", ")],
  ["A download adds", ADDED[said.download]],
];

function Details({ said }: { said: Provenance }) {
  return (
    <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-0.5">
      {facts(said).map(
        ([name, value]) =>
          value && (
            <div key={name} className="contents">
              <dt className="text-soft">{name}</dt>
              <dd className="min-w-0 break-words">{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}

interface FileSaysProps {
  id: string;
  /** Which of several it is. */
  name: string | null;
}

/** What a picture's file says of where it comes from, once the gateway has read it. */
export function FileSays({ id, name }: FileSaysProps) {
  const said = useImageDetails(id).data?.provenance;
  if (!said) return null;
  return (
    <div className="mt-3 overflow-hidden rounded-xl bg-mat">
      <p className="px-4.5 py-2.5 text-[0.87rem]">
        <span className="text-soft">{name && `${name}. `}What the file says:</span> {said.summary}
      </p>
      <Disclosure
        title="Details"
        gist={said.c2pa === "none" ? "not signed" : SIGNATURES[said.c2pa]}
      >
        <Details said={said} />
      </Disclosure>
    </div>
  );
}
