import { dirname, join, resolve } from "node:path";
import { userFolder } from "../base/invocation.ts";
import { rejectErrors } from "../lanes/invalid.ts";
import { QUARANTINE_FILE } from "../lanes/quarantine.ts";
import type { Lanes } from "../lanes/read.ts";
import { type LocatedLane, readLanes } from "../lanes/read.ts";
import { type PackContext, packsOf } from "../lanes/select.ts";
import { isPack, packFrom } from "../scenario/catalog/packs.ts";
import { repositoryRoot } from "./workspace.ts";

/** Absolute path of the lanes file: as given with `--lanes`, else this repository's. */
export function lanesPath(typed: string | undefined): string {
  return typed === undefined ? join(repositoryRoot(), "qa", "lanes.yaml") : resolve(userFolder(), typed);
}

/** Absolute path of the quarantine list: it lies beside the lanes file. */
export function quarantinePath(lanes: string | undefined): string {
  return join(dirname(lanesPath(lanes)), QUARANTINE_FILE);
}

/** Today in UTC, as quarantine lists write it. */
export function today(): string {
  return new Date().toISOString().slice(0, 10);
}

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
