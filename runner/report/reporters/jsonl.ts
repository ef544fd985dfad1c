import { appendFileSync, closeSync, openSync } from "node:fs";
import { join } from "node:path";
import type { RunEvent } from "../events.ts";
import type { Reporter } from "../stream.ts";

/**
 * Appends every event to `<folder>/events.jsonl` as it happens. Written synchronously, so that the
 * file is complete up to the moment a run is killed.
 */
export function jsonlReporter(folder: string): Reporter {
  const file = openSync(join(folder, "events.jsonl"), "a", 0o600);
  return {
    name: "events.jsonl",
    onEvent: (event: RunEvent) => appendFileSync(file, `${JSON.stringify(event)}\n`),
    finish: () => closeSync(file),
  };
}
