import { QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ReactNode } from "react";
import { LiveRegion } from "../a11y/LiveRegion";
import { newQueryClient } from "../queries/client";

/** Renders with server state and the page's status region, and gives a person to act. */
export function show(ui: ReactNode, { region = true } = {}) {
  const client = newQueryClient();
  client.setDefaultOptions({ queries: { retry: false, networkMode: "always" } });
  const { container } = render(
    <QueryClientProvider client={client}>
      {ui}
      {region && <LiveRegion />}
    </QueryClientProvider>,
  );
  return { user: userEvent.setup(), client, container };
}
