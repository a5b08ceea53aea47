import { useQuery } from "@tanstack/react-query";
import { getJson } from "../api/client";
import type { About, Example } from "../api/types";

export const useAbout = () =>
  useQuery({
    queryKey: ["about"],
    queryFn: ({ signal }) => getJson<About>("/api/about", signal),
    staleTime: Number.POSITIVE_INFINITY,
  });

export const useExamples = () =>
  useQuery({
    queryKey: ["examples"],
    queryFn: ({ signal }) => getJson<Example[]>("/api/catalog/examples", signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
