import axe from "axe-core";

// jsdom lays nothing out: contrast and sizes are for the browser tests.
const RULES = { "color-contrast": { enabled: false }, region: { enabled: false } };

/** What axe finds in the page as it stands. */
export async function violations(): Promise<string[]> {
  const found = await axe.run(document.body, { rules: RULES });
  return found.violations.map(({ id, help }) => `${id}: ${help}`);
}
