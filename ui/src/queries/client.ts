import { QueryClient } from "@tanstack/react-query";
import { Problem } from "../api/problems";

const worthAnotherTry = (failures: number, error: Error): boolean =>
  failures < 2 && !(error instanceof Problem && error.status >= 400 && error.status < 500);

/** The gateway is often on this very machine: being offline says nothing about reaching it. */
export const newQueryClient = () =>
  new QueryClient({
    defaultOptions: {
      queries: { retry: worthAnotherTry, networkMode: "always" },
      mutations: { retry: false, networkMode: "always" },
    },
  });
