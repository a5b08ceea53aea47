import { createContext } from "react";
import type { Shot } from "./shots";

/** Shows a picture large; null where nobody can, and pictures open in a tab of their own. */
export const ShowContext = createContext<((shot: Shot) => void) | null>(null);
