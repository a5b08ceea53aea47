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

export function BlankPlate({
  size,
  etching = false,
  children,
}: PlateProps & { etching?: boolean }) {
  return (
    <Plate size={size} className={etching ? "grain etching" : "grain"}>
      <div className="absolute inset-0 z-1 flex flex-col items-center justify-center gap-3 p-6 text-center">
        {children}
      </div>
    </Plate>
  );
}
