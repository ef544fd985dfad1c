import type { JudgedRelease, Row } from "./compat-schema.ts";

/** What the rows say together. Tools and commands that were not called are no proof that they work. */
export function verdictOf(rows: readonly Row[]): JudgedRelease["verdict"] {
  const has = (state: Row["state"]) => rows.some((row) => row.state === state);
  // A plugin that its gateway does not install can still be loaded from its folder: that is a step, not the end.
  const failing = rows.filter(({ state }) => state === "no");
  const loads = rows.some(({ row, state }) => row === "load" && state === "yes");
  const onlyInstall = loads && failing.length > 0 && failing.every(({ row }) => row === "install");
  if (failing.length > 0 && !onlyInstall) return "broken";
  if (has("blocked")) return "blocked";
  if (rows.some(({ items }) => items?.some(({ state }) => state === "untried"))) return "loads";
  return onlyInstall || has("steps") ? "works with steps" : "works";
}
