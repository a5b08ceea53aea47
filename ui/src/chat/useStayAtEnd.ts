import { useEffect, useRef, useState } from "react";
import type { Live } from "./room";

const NEAR = 160;

const page = () => document.documentElement;
const distance = () => page().scrollHeight - window.innerHeight - window.scrollY;
const toEnd = () => window.scrollTo({ top: page().scrollHeight });

/** Follows an answer down while the reader is at the end, and never pulls them back to it. */
export function useStayAtEnd(count: number, live: Live | null) {
  const atEnd = useRef(true);
  const [away, setAway] = useState(false);

  useEffect(() => {
    const look = () => {
      atEnd.current = distance() < NEAR;
      setAway(distance() > window.innerHeight);
    };
    window.addEventListener("scroll", look, { passive: true });
    return () => window.removeEventListener("scroll", look);
  }, []);

  const asking = live?.key;
  useEffect(() => {
    if (asking !== undefined) atEnd.current = true;
  }, [asking]);

  const { turn } = live ?? {};
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever there is more to read.
  useEffect(() => {
    if (!atEnd.current) return;
    toEnd();
    // What several cards share stands under them only once they are drawn.
    const frame = requestAnimationFrame(toEnd);
    return () => cancelAnimationFrame(frame);
  }, [count, turn]);

  return { away, toEnd };
}
