import { useStore } from "./store";
import { toasts } from "./toast";

export function Toasts() {
  return (
    <div className="pointer-events-none fixed inset-x-0 bottom-28 z-20 flex flex-col items-center gap-2 px-4">
      {useStore(toasts).map(({ id, text }) => (
        <p
          key={id}
          className="appear rounded-xl bg-ink px-4 py-2.5 text-[0.87rem] font-medium text-paper shadow-lift"
        >
          {text}
        </p>
      ))}
    </div>
  );
}
