export function Wordmark() {
  return (
    <p className="flex items-center gap-2.5 font-serif text-[1.35rem] leading-none font-semibold">
      <svg viewBox="0 0 32 32" className="size-6" aria-hidden="true">
        <rect width="32" height="32" rx="7" className="fill-plate" />
        <circle cx="11" cy="10" r="7" className="fill-copper" />
      </svg>
      aquatint
    </p>
  );
}
