import { dirname } from "node:path";
import { displayPath, isWithin } from "../base/paths.ts";
import type { ScenarioMeta } from "./schema/schema.ts";
import type { SourceFile } from "./source/source.ts";
import type { Pack } from "./types.ts";

/** Explicit, or the folder of the file below the pack's root; undefined at the root itself. */
export function scenarioTheme(meta: ScenarioMeta, file: SourceFile, pack: Pack): string | undefined {
  if (meta.theme !== undefined) return meta.theme;
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
