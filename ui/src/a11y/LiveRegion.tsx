import { useStore } from "../design/store";
import { announcement } from "./announce";

const TOAST =
  "appear rounded-xl bg-ink px-4 py-2.5 text-[0.87rem] font-medium text-paper shadow-lift";

export function LiveRegion() {
  const { text, visible, count } = useStore(announcement);
  return (
    <div
      role="status"
      className="pointer-events-none fixed inset-x-0 bottom-44 z-20 flex justify-center px-4"
    >
      {/* A new element for each announcement: the same words twice are spoken twice. */}
      <p key={count} className={visible ? TOAST : "sr-only"}>
        {text}
      </p>
    </div>
  );
}
