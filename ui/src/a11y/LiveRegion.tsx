import { useStore } from "../design/store";
import { announcements } from "./announce";

export function LiveRegion() {
  const { text, count } = useStore(announcements);
  return (
    <div role="status" className="sr-only">
      {/* A new element for each announcement: the same words twice are spoken twice. */}
      <span key={count}>{text}</span>
    </div>
  );
}
