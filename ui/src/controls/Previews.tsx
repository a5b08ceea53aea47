/** Enough to see where it goes; each is paid for. */
const PREVIEWS = 2;

interface PreviewsProps {
  most: number | undefined;
  value: number | undefined;
  onChange: (value: number | undefined) => void;
}

export function Previews({ most = 0, value, onChange }: PreviewsProps) {
  if (most === 0) return null;
  return (
    <label className="col-span-full flex min-h-6 items-center gap-2.5 text-[0.87rem]">
      <input
        type="checkbox"
        checked={value !== undefined}
        onChange={({ target }) => onChange(target.checked ? Math.min(most, PREVIEWS) : undefined)}
        className="size-4 shrink-0 accent-plate"
      />
      <span>
        Show the picture while it is made <span className="text-soft">at a small extra cost</span>
      </span>
    </label>
  );
}
