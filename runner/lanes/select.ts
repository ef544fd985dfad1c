import type { Selection, SelectionProblem } from "../plan/selection.ts";
import type { Catalog } from "../scenario/catalog/catalog.ts";
import { findScenarioFiles } from "../scenario/catalog/find-files.ts";
import { isPack, ownPack, packFrom, packOf } from "../scenario/catalog/packs.ts";
import type { Diagnostic } from "../scenario/source/diagnostic.ts";
import type { Path } from "../scenario/source/locate.ts";
import type { LaneDiagnosticCode } from "./codes.ts";
import { type Lanes, type LocatedLane, laneDiagnostic } from "./read.ts";

/** Where scenarios are looked for. */
export interface PackContext {
  /** Absolute; holds the scenarios that come with the tool. */
  repoRoot: string;
  /** Absolute folders of `--pack`, which stand in for the packs of every lane. */
  packs: readonly string[];
}

/** Absolute folders that a lane takes its scenarios from; empty for those that come with the tool. */
export function packsOf({ lane }: LocatedLane, { folder }: Lanes, { packs }: PackContext): string[] {
  return packs.length > 0 ? [...packs] : (lane.select.packs ?? []).map((pack) => packFrom(folder, pack));
}

/** What is wrong with the folders that a lane names. */
export function checkPacks(lane: LocatedLane, lanes: Lanes, context: PackContext): Diagnostic[] {
  if (context.packs.length > 0) return [];
  return packsOf(lane, lanes, context).flatMap((folder, index) => {
    if (isPack(folder)) {
      const { root } = packOf(folder, context.repoRoot, context.repoRoot);
      const { files, leftOut } = findScenarioFiles(root, context.repoRoot);
      if (files.length + leftOut.length > 0) return [];
    }
    return laneDiagnostic(lanes, [...lane.path, "select", "packs", index], {
      code: "unknown-pack",
      message: `there is no folder with scenarios at \`${lane.lane.select.packs?.[index]}\``,
      hint: "It is relative to the folder of the lanes file.",
    });
  });
}

/**
 * The part of a catalog that a lane may choose from: of its own packs, also what another pack stands in for, because
 * the lane runs without that one.
 */
export function catalogOf(lane: LocatedLane, lanes: Lanes, catalog: Catalog, context: PackContext): Catalog {
  const { repoRoot } = context;
  const folders = packsOf(lane, lanes, context);
  const roots = new Set(
    folders.length === 0
      ? [ownPack(repoRoot).root]
      : folders.map((folder) => packOf(folder, repoRoot, repoRoot).root),
  );
  const { scenarios, replaced } = catalog;
  return { ...catalog, scenarios: [...scenarios, ...replaced].filter(({ pack }) => roots.has(pack.root)) };
}

/**
 * What a lane chooses from its catalog. No scenario counts as named: the lane's check reports named ones with their
 * position.
 */
export function selectionOf({ lane }: LocatedLane): Selection {
  const { ids = [], tags = [], all } = lane.select;
  return { patterns: ids, tags, all: all === true || (ids.length === 0 && tags.length === 0), named: [] };
}

/** Reports what is wrong with a lane's choice, with its position. */
export function checkSelection(
  lane: LocatedLane,
  lanes: Lanes,
  problems: readonly SelectionProblem[],
): Diagnostic[] {
  return problems.map((problem) => {
    const { at, ...text } = textOf(problem);
    return laneDiagnostic(lanes, [...lane.path, "select", ...at], text);
  });
}

/** @returns `at` is a path below `select` */
function textOf(problem: SelectionProblem): {
  at: Path;
  code: LaneDiagnosticCode;
  message: string;
  hint: string;
} {
  switch (problem.kind) {
    case "all-and-more":
      return {
        at: ["all"],
        code: "impossible-lane",
        message: "`all` already chooses every scenario",
        hint: "Leave out `all`, or the others.",
      };
    case "unknown-id":
    case "unknown-glob":
      return {
        at: ["ids", problem.index],
        code: "unknown-scenario",
        message: `no scenario of the lane's packs has the id \`${problem.pattern}\``,
        hint: didYouMean(problem.near),
      };
    case "unknown-tag":
      return {
        at: ["tags", problem.index],
        code: "unknown-tag",
        message: `no scenario of the lane's packs has the tag \`${problem.tag}\``,
        hint: didYouMean(problem.near),
      };
    case "unknown-row":
    case "empty":
    case "no-match":
      return {
        at: [],
        code: "impossible-lane",
        message: "the lane chooses no scenario",
        hint: "A scenario must fit every key of `select`; `qa list` shows ids and tags.",
      };
  }
}

function didYouMean(near: string | undefined): string {
  return near ? `Did you mean \`${near}\`?` : "`qa list` shows what there is.";
}
