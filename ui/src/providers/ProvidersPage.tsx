import type { ProviderLine } from "../api/types";
import { Notice } from "../design/Notice";
import { useAbout } from "../queries/about";
import { useProviders } from "../queries/providers";
import { switchedOff } from "./describe";
import { ProviderCard } from "./ProviderCard";

/** What somebody switched off comes last, else the order is the gateway's. */
const byUse = (a: ProviderLine, b: ProviderLine): number =>
  Number(switchedOff(a)) - Number(switchedOff(b));

/** Who can draw now, who cannot and why, and how each did lately. */
export default function ProvidersPage() {
  const { data: lines, error } = useProviders();
  const operator = useAbout().data?.user?.operator ?? false;
  const slowest = Math.max(1, ...(lines ?? []).map(({ traffic }) => traffic.p95Ms ?? 0));
  return (
    <>
      <p className="-mt-3 max-w-[62ch] text-soft">
        Who draws the images. One that keeps failing is left out for a while and then tried with a
        single order; meanwhile quotes name the others. The page keeps itself up to date.
      </p>
      {error && <Notice tone="bad" icon="warn" title={error.message} />}
      {lines && (
        <ul aria-label="Providers" className="grid gap-3.5 wide:grid-cols-2">
          {lines.toSorted(byUse).map((line) => (
            <ProviderCard key={line.provider} line={line} slowest={slowest} operator={operator} />
          ))}
        </ul>
      )}
    </>
  );
}
