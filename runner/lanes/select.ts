import { basename, extname, resolve } from "node:path";
import { suggestion } from "../base/suggest.ts";
import { matchesId, type Selected } from "../plan/selection.ts";
import type { Catalog } from "../scenario/catalog/catalog.ts";
import { findScenarioFiles, isFolder, ownPack, packOf } from "../scenario/catalog/packs.ts";
import type { Diagnostic } from "../scenario/source/diagnostic.ts";
import type { LaneDiagnosticCode } from "./codes.ts";
import { type Lanes, type LocatedLane, laneFinding } from "./read.ts";

/** Where scenarios are looked for. */
export interface PackContext {
  /** Absolute; holds the scenarios that come with the tool. */
  repoRoot: string;
  /** Absolute folders of `--pack`, which stand in for the packs of every lane. */
  packs: readonly string[];
}

/** Absolute folders that a lane takes its scenarios from; none: those that come with the tool. */
export function packsOf({ lane }: LocatedLane, { folder }: Lanes, { packs }: PackContext): string[] {
  return packs.length > 0 ? [...packs] : (lane.select.packs ?? []).map((pack) => resolve(folder, pack));
}

/** What is wrong with the folders that a lane names. */
export function checkPacks(lane: LocatedLane, lanes: Lanes, context: PackContext): Diagnostic[] {
  if (context.packs.length > 0) return [];
  return packsOf(lane, lanes, context).flatMap((folder, index) => {
    if (isFolder(folder)) {
      const { root } = packOf(folder, context.repoRoot, context.repoRoot);
      if (findScenarioFiles(root).length > 0) return [];
    }
    return laneFinding(lanes, [...lane.path, "select", "packs", index], {
      code: "unknown-pack",
      message: `there is no folder with scenarios at \`${lane.lane.select.packs?.[index]}\``,
      hint: "It is relative to the folder of the lanes file.",
    });
  });
}

/** A catalog as far as a lane may choose from it. */
export function catalogOf(lane: LocatedLane, lanes: Lanes, catalog: Catalog, context: PackContext): Catalog {
  const { repoRoot } = context;
  const folders = packsOf(lane, lanes, context);
  const roots = new Set(
    folders.length === 0
      ? [ownPack(repoRoot).root]
      : folders.map((folder) => packOf(folder, repoRoot, repoRoot).root),
  );
  return { ...catalog, scenarios: catalog.scenarios.filter(({ pack }) => roots.has(pack.root)) };
}

/**
 * The scenarios that a lane chooses, in catalog order, and what is wrong with its choice.
 * @param catalog as `catalogOf` gives it
 */
export function selectOfLane(
  lane: LocatedLane,
  lanes: Lanes,
  { scenarios, unusable }: Catalog,
): { selected: Selected[]; diagnostics: Diagnostic[] } {
  const { ids = [], tags = [], all } = lane.lane.select;
  const diagnostics: Diagnostic[] = [];
  const tell = (
    path: readonly (string | number)[],
    code: LaneDiagnosticCode,
    message: string,
    hint: string,
  ) => diagnostics.push(laneFinding(lanes, [...lane.path, "select", ...path], { code, message, hint }));

  if (all && (ids.length > 0 || tags.length > 0))
    tell(
      ["all"],
      "impossible-lane",
      "`all` already chooses every scenario",
      "Leave out `all`, or the others.",
    );
  const knownIds = scenarios.map(({ id }) => id);
  // What is wrong with their files says more than that there is no such scenario.
  const brokenIds = unusable.map(({ id, file }) => id ?? basename(file.name, extname(file.name)));
  for (const [index, pattern] of ids.entries()) {
    if ([...knownIds, ...brokenIds].some((id) => matchesId(pattern, id))) continue;
    tell(
      ["ids", index],
      "unknown-scenario",
      `no scenario of the lane's packs has the id \`${pattern}\``,
      nearOrList(pattern, knownIds),
    );
  }
  const knownTags = [...new Set(scenarios.flatMap((scenario) => scenario.tags))];
  for (const [index, tag] of tags.entries()) {
    if (!knownTags.includes(tag))
      tell(
        ["tags", index],
        "unknown-tag",
        `no scenario of the lane's packs has the tag \`${tag}\``,
        nearOrList(tag, knownTags),
      );
  }

  const selected = scenarios
    .filter(({ id }) => ids.length === 0 || ids.some((pattern) => matchesId(pattern, id)))
    .filter((scenario) => tags.length === 0 || tags.some((tag) => scenario.tags.includes(tag)))
    .map((scenario) => ({ scenario, named: ids.includes(scenario.id) }));
  if (selected.length === 0 && diagnostics.length === 0) {
    const advice = "A scenario must fit every key of `select`; `qa list` shows ids and tags.";
    tell([], "impossible-lane", "the lane chooses no scenario", advice);
  }
  return { selected, diagnostics };
}

function nearOrList(wrong: string, known: readonly string[]): string {
  return suggestion(wrong, known, "`qa list` shows what there is.");
}
