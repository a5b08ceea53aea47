import { useState } from "react";
import { toast } from "../a11y/announce";
import type { UsageReport } from "../api/types";
import { Button } from "../design/Button";
import { ProviderBadge } from "../design/Chip";
import { Notice } from "../design/Notice";
import { useUsageFile, useUsageReport } from "../queries/usage";
import { Breakdown } from "./Breakdown";
import { everyDay, sum } from "./days";
import { Limits } from "./Limits";
import { OverTime } from "./OverTime";
import { Range } from "./Range";
import { save } from "./save";
import { Oddities, Totals } from "./Totals";

function Download({ report }: { report: UsageReport }) {
  const file = useUsageFile();
  const from = everyDay(report)[0]?.from ?? "";
  const download = () =>
    file.mutate(from, {
      onSuccess: (blob) => save(blob, `aquatint-usage-${from}.csv`),
      onError: ({ message }) => toast(message),
    });
  return (
    <Button icon="download" className="bg-sheet" disabled={file.isPending} onClick={download}>
      Download CSV
    </Button>
  );
}

function Spending({ report }: { report: UsageReport }) {
  const total = sum(report.byDay);
  if (total.attempts === 0) {
    return <p className="text-soft">Nothing was bought in these {report.days} days.</p>;
  }
  const providers = report.byProvider.map((line) => ({
    ...line,
    id: line.provider,
    name: <ProviderBadge provider={line.provider} />,
  }));
  const models = report.byModel.map((line) => ({
    ...line,
    id: `${line.provider}/${line.model}`,
    name: (
      <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
        {line.model} <ProviderBadge provider={line.provider} />
      </span>
    ),
  }));
  return (
    <>
      <Totals total={total} />
      <OverTime key={report.days} report={report} />
      <div className="grid grid-cols-[repeat(auto-fit,minmax(min(100%,24rem),1fr))] items-start gap-3.5">
        <Breakdown title="By provider" of="Provider" parts={providers} />
        <Breakdown title="By model" of="Model" parts={models} />
      </div>
    </>
  );
}

function Report({ report }: { report: UsageReport }) {
  const { unknown, overrun } = { ...sum(report.byDay), ...report };
  return (
    <>
      <Oddities unknown={unknown} overrun={overrun ?? 0} />
      <Limits report={report} />
      <section aria-labelledby="spending" className="flex flex-col gap-3.5">
        <h2 id="spending" className="font-serif text-xl font-semibold">
          The last {report.days} days
        </h2>
        <Spending report={report} />
      </section>
    </>
  );
}

/** What was spent, against what may be, and on what. */
export default function UsagePage() {
  const [days, setDays] = useState(30);
  const { data: report, error, isPlaceholderData } = useUsageReport(days);
  return (
    <>
      <p className="-mt-3 max-w-[62ch] text-soft">
        What your images cost and what is left. A confirmed price is held until its image arrives;
        then the true price, never more than that, becomes spent. Days and limits follow UTC.
      </p>
      <div className="flex flex-wrap items-center justify-between gap-3">
        <Range days={days} onChange={setDays} />
        {report && <Download report={report} />}
      </div>
      {error && <Notice tone="bad" icon="warn" title={error.message} />}
      {report && (
        <div className="flex flex-col gap-6" aria-busy={isPlaceholderData}>
          <Report report={report} />
        </div>
      )}
    </>
  );
}
