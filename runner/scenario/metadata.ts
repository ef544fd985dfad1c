import { basename, dirname } from "node:path";
import { displayPath, isWithin } from "../base/paths.ts";
import type { ScenarioMeta } from "./schema/schema.ts";
import type { Diagnostics } from "./source/diagnostic.ts";
import { atPath, type LocatedNode } from "./source/locate.ts";
import type { SourceFile } from "./source/source.ts";
import type { Pack } from "./types.ts";

/** Checks metadata that fits the schema for what the schema cannot say. */
export function checkMetadataRules(meta: ScenarioMeta, located: LocatedNode, diagnostics: Diagnostics): void {
  const primary = new Set(meta.coverage?.primary);
  for (const [index, id] of (meta.coverage?.secondary ?? []).entries()) {
    if (!primary.has(id)) continue;
    diagnostics.error(atPath(located, ["coverage", "secondary", index]), {
      code: "coverage-overlap",
      message: `\`${id}\` is both primary and secondary coverage`,
      hint: "Keep it in the one list that fits.",
    });
  }
  const kind = meta.execution?.kind ?? "flow";
  if (kind === "flow") return;
  const program = basename(meta.execution?.path ?? "");
  diagnostics.warning(atPath(located, ["execution", "kind"]), {
    code: "unsupported-execution-kind",
    message: `scenarios of kind \`${kind}\` are listed but not run here`,
    hint: `Run ${program} with ${kind === "script" ? "its own repository" : kind}; a run of this scenario ends as blocked.`,
  });
}

/** Explicit, or the folder of the file below the pack's root; undefined at the root itself. */
export function scenarioTheme(meta: ScenarioMeta, file: SourceFile, pack: Pack): string | undefined {
  return meta.theme ?? folderTheme(file, pack);
}

/** The folder of a file below its pack's root; undefined at the root itself. */
export function folderTheme(file: SourceFile, pack: Pack): string | undefined {
  const folder = dirname(file.path);
  return folder !== pack.root && isWithin(folder, pack.root) ? displayPath(folder, pack.root) : undefined;
}

/** All that a scenario is selected by, sorted, each once. */
export function scenarioTags(meta: ScenarioMeta, theme: string | undefined): string[] {
  const tags = [
    ...(theme === undefined ? [] : [theme]),
    meta.surface,
    ...(meta.surfaces ?? []),
    ...(meta.coverage?.primary ?? []),
    ...(meta.coverage?.secondary ?? []),
    ...(meta.tags ?? []),
  ];
  return [...new Set(tags)].sort();
}
