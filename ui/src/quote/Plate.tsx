import type { CSSProperties, ReactNode } from "react";
import { ratio } from "../design/format";

interface PlateProps {
  size: string;
  className?: string;
  children: ReactNode;
}

/** The picture's place on its mat, at its final shape whether or not there is a picture yet. */
export function Plate({ size, className = "", children }: PlateProps) {
  const shape = { "--ratio": ratio(size) } as CSSProperties;
  return (
    <div className="bg-mat p-4 wide:p-6">
      <div className={`plate ${className}`} style={shape}>
        {children}
      </div>
    </div>
  );
}

/** Two and four pictures stand in rows of two, others in rows of three. */
const columns = (n: number) => (n === 2 || n === 4 ? "grid-cols-2" : "grid-cols-3");

interface PlatesProps {
  size: string;
  n: number;
  className?: string;
  /** The picture at this place. */
  children: (index: number) => ReactNode;
}

/** The places of `n` pictures of one size. */
export function Plates({ size, n, className = "", children }: PlatesProps) {
  const shape = { "--ratio": ratio(size) } as CSSProperties;
  return (
    <div className={`grid gap-4 bg-mat p-4 wide:p-6 ${columns(n)}`}>
      {Array.from({ length: n }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a place is its number.
        <div key={index} className={`plate ${className}`} style={shape}>
          {children(index)}
        </div>
      ))}
    </div>
  );
}

interface ProofProps extends PlateProps {
  n?: number;
}

/** What is not bought yet: its shape in small, and the words for it beside. */
export function Proof({ size, n = 1, children }: ProofProps) {
  const shape = { "--ratio": ratio(size) } as CSSProperties;
  return (
    <div className="flex items-center gap-5 bg-mat p-4 wide:gap-7 wide:p-6">
      <div className={n > 1 ? `grid w-2/5 shrink-0 gap-3 ${columns(n)}` : "proof"} style={shape}>
        {Array.from({ length: n }, (_, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a place is its number.
          <div key={index} className="plate grain" />
        ))}
      </div>
      <div className="flex min-w-0 flex-1 flex-col gap-2">{children}</div>
    </div>
  );
}

const WORDS = "flex flex-col items-center justify-center gap-3 p-6 text-center";

interface BlankProps extends PlateProps {
  n?: number;
  etching?: boolean;
}

export function BlankPlate({ size, n = 1, etching = false, children }: BlankProps) {
  const look = etching ? "grain etching" : "grain";
  if (n > 1) {
    return (
      <div className="relative">
        <Plates size={size} n={n} className={look}>
          {() => null}
        </Plates>
        <div className={`absolute inset-0 z-1 m-auto h-fit w-fit max-w-[80%] ${WORDS}`}>
          <div className={`rounded-xl bg-sheet/90 shadow-sheet ${WORDS}`}>{children}</div>
        </div>
      </div>
    );
  }
  return (
    <Plate size={size} className={look}>
      <div className={`absolute inset-0 z-1 ${WORDS}`}>{children}</div>
    </Plate>
  );
}
