import { checkLanes } from "../lanes/check.ts";
import type { LaneFiles, LaneFindings } from "../lanes/kept-findings.ts";
import { checkQuarantine, readQuarantine } from "../lanes/quarantine.ts";
import { readLanes } from "../lanes/read.ts";
import { packsOf } from "../lanes/select.ts";
import type { Catalog } from "../scenario/catalog/catalog.ts";
import { packContext } from "./lanes-file.ts";

/**
 * Reads a lanes file to check it.
 * @returns `packs`: those that its lanes name, as `packFrom` has them; `check` needs the scenarios of those that are there
 * @throws UsageError if there is no such file
 */
export function lanesToCheck({ lanes: path, quarantine: quarantinePath, cwd, today }: LaneFiles): {
  packs: string[];
  check(catalog: Catalog): LaneFindings;
} {
  const { lanes, name, diagnostics: ofFile } = readLanes(path, cwd);
  const context = packContext([]);
  const chosen = [...(lanes?.lanes.values() ?? [])];
  return {
    packs: lanes ? [...new Set(chosen.flatMap((lane) => packsOf(lane, lanes, context)))] : [],
    check(catalog) {
      const quarantine = readQuarantine(quarantinePath, { cwd, today });
      const diagnostics = [...ofFile, ...quarantine.diagnostics];
      if (lanes) diagnostics.push(...checkLanes(chosen, lanes, catalog, context));
      if (quarantine.diagnostics.length === 0) {
        diagnostics.push(...checkQuarantine(quarantinePath, cwd, catalog));
      }
      return { files: [name, ...(quarantine.name ? [quarantine.name] : [])], diagnostics };
    },
  };
}
