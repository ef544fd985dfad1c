import type { JudgedRelease, Row } from "./compat-schema.ts";

/** What the rows say together. Tools and commands that were not called are no proof that they work. */
export function verdictOf(rows: readonly Row[]): JudgedRelease["verdict"] {
  const has = (state: Row["state"]) => rows.some((row) => row.state === state);
  if (has("no")) return "broken";
  if (has("blocked")) return "blocked";
  if (rows.some(({ items }) => items?.some(({ state }) => state === "untried"))) return "loads";
  return has("steps") ? "works with steps" : "works";
}
