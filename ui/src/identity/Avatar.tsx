const initials = (name: string): string =>
  name
    .split(/[\s.@_-]+/)
    .filter((word) => word !== "")
    .slice(0, 2)
    .map((word) => word.charAt(0).toUpperCase())
    .join("");

/** A person's letters; no picture is fetched from anywhere. */
export function Avatar({ name }: { name: string }) {
  return (
    <span
      aria-hidden="true"
      className="grid size-8 shrink-0 place-items-center rounded-full bg-copper-wash font-serif text-[0.84rem] font-semibold text-copper"
    >
      {initials(name) || "?"}
    </span>
  );
}
