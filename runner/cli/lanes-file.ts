import { userFolder } from "../base/invocation.ts";
import { rejectErrors } from "../lanes/invalid.ts";
import type { Lanes } from "../lanes/read.ts";
import { type LocatedLane, readLanes } from "../lanes/read.ts";
import { type PackContext, packsOf } from "../lanes/select.ts";
import { isPack, packFrom } from "../scenario/catalog/packs.ts";
import { lanesPath } from "./lanes-paths.ts";
import { repositoryRoot } from "./workspace.ts";

/** @throws UsageError if there is no such file; InvalidLanes if it has errors */
export function loadLanes(typed: string | undefined): Lanes {
  const { lanes, diagnostics } = readLanes(lanesPath(typed), userFolder());
  rejectErrors(diagnostics);
  // A file that gives no lanes has an error.
  return lanes as Lanes;
}

/** Where lanes find scenarios: in their own packs, or in those of `--pack`. */
export function packContext(packs: readonly string[]): PackContext {
  return { repoRoot: repositoryRoot(), packs: packs.map((pack) => packFrom(userFolder(), pack)) };
}

/** The existing packs of lanes, for loading a catalog; the lanes' own check reports missing ones. */
export function foldersOf(chosen: readonly LocatedLane[], lanes: Lanes, context: PackContext): string[] {
  return [...new Set(chosen.flatMap((lane) => packsOf(lane, lanes, context)))].filter(
    (folder) => context.packs.length > 0 || isPack(folder),
  );
}
