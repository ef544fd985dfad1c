import { constants } from "node:fs";
import { copyFile, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ScenarioReport } from "../../report/schema/report-schema.ts";

/** Files of a scenario and of its attempts, each once, relative to the report's folder. */
export function evidencePaths({ evidence, attempts }: ScenarioReport): string[] {
  const all = [...evidence, ...attempts.flatMap((attempt) => attempt.evidence)];
  return [...new Set(all.map(({ path }) => path))];
}

/**
 * Copies the evidence of scenarios, so that the merged report needs no other folder and its links are the same as in
 * the shard's report. Copy-on-write if the file system supports it.
 */
export async function copyEvidence(
  scenarios: readonly ScenarioReport[],
  from: string,
  to: string,
): Promise<void> {
  for (const path of scenarios.flatMap(evidencePaths)) {
    const target = join(to, path);
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    await copyFile(join(from, path), target, constants.COPYFILE_FICLONE);
  }
}
