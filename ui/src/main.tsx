import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app";
import { Broken } from "./Broken";
import "./design/styles.css";
import { newQueryClient } from "./queries/client";

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <Broken>
        <QueryClientProvider client={newQueryClient()}>
          <App />
        </QueryClientProvider>
      </Broken>
    </StrictMode>,
  );
}
