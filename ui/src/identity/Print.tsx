/** The house's own picture: three tones of plate ink under a copper moon, drawn, not fetched. */
export function Print({ className = "" }: { className?: string }) {
  return (
    <div aria-hidden="true" className={`grain relative overflow-hidden ${className}`}>
      <svg
        viewBox="0 0 400 500"
        preserveAspectRatio="xMidYMid slice"
        className="absolute inset-0 size-full text-[light-dark(#23436b,#3d5f93)]"
        role="presentation"
      >
        <circle cx="262" cy="194" r="62" className="fill-copper" opacity="0.16" />
        <circle cx="262" cy="194" r="44" className="fill-copper" />
        <g fill="currentColor">
          <path opacity="0.2" d="M0 300L62 244l38 30 66-84 52 62 34-28 76 82 34-30 38 34v190H0z" />
          <path opacity="0.42" d="M0 366l54-40 40 22 70-74 48 52 44-34 58 64 42-26 44 34v136H0z" />
          <path
            opacity="0.85"
            d="M0 430c46-26 92-38 140-30 44 8 66 22 112 16 54-8 96-34 148-32v116H0z"
          />
        </g>
        <g className="stroke-copper" strokeWidth="2" strokeLinecap="round" opacity="0.7">
          <path d="M222 436h82M240 448h48M206 460h104M250 472h30" />
        </g>
      </svg>
    </div>
  );
}
