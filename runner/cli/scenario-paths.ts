import { basename, extname, resolve } from "node:path";
import { UsageError } from "../base/errors.ts";
import { isWithin } from "../base/paths.ts";
import type { Selection } from "../plan/selection.ts";
import type { Catalog } from "../scenario/catalog/catalog.ts";
import { statsAt } from "../scenario/catalog/packs.ts";

/**
 * Whether an argument that chooses scenarios is the path of a file or folder. Ids may have slashes too, so that there has to
 * be something at the path.
 * @param cwd absolute
 */
export function isScenarioPath(typed: string, cwd: string): boolean {
  return /^\.\.?$|\/|\.(?:md|ya?ml)$/i.test(typed) && statsAt(resolve(cwd, typed)) !== undefined;
}

/**
 * Puts the ids of the scenarios at each path in its place. A file names its scenarios; a folder only chooses them, so that
 * what does not fit the gateway is left out.
 * @throws UsageError for a path without a scenario of the catalog
 */
export function withIdsOfPaths(selection: Selection, catalog: Catalog, cwd: string): Selection {
  const chosen = selection.patterns.map((typed) => {
    if (!isScenarioPath(typed, cwd)) return { ids: [typed], named: true };
    return { ids: idsAt(typed, catalog, cwd), named: statsAt(resolve(cwd, typed))?.isFile() === true };
  });
  return {
    ...selection,
    patterns: chosen.flatMap(({ ids }) => ids),
    named: selection.named ?? chosen.filter(({ named }) => named).flatMap(({ ids }) => ids),
  };
}

function idsAt(typed: string, { scenarios, unusable }: Catalog, cwd: string): string[] {
  const path = resolve(cwd, typed);
  const ids = [
    ...scenarios.filter(({ file }) => isWithin(file.path, path)).map(({ id }) => id),
    ...unusable
      .filter(({ file }) => isWithin(file.path, path))
      .map(({ id, file }) => id ?? basename(file.path, extname(file.path))),
  ];
  if (ids.length > 0) return ids;
  throw new UsageError(
    `no scenario of this run lies in ${typed}`,
    "A run has the scenarios below qa/scenarios of your repository, and those of --pack <folder>.",
  );
}
