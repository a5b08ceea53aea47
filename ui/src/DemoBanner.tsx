import { Icon } from "./design/Icon";

export function DemoBanner() {
  return (
    <aside
      aria-label="Demo"
      className="flex items-center justify-center gap-2 border-b border-line bg-warn-wash px-4 py-2 text-center text-[0.84rem] font-medium text-warn"
    >
      <Icon name="info" />
      Simulated providers: pictures are drawn locally, prices are not charged
    </aside>
  );
}
