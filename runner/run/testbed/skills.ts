import { cp } from "node:fs/promises";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import type { Scenario } from "../../scenario/types.ts";

/** What lies in the repository of a plugin or a skill and is no part of it. */
export const BESIDE_IT: ReadonlySet<string> = new Set([".git", "node_modules", "reports", "qa"]);

/** Folders of the skills that a scenario brings along; absolute. */
export function skillSources({ meta: { skills = [] }, file }: Scenario): string[] {
  return skills.map(({ path }) => resolve(dirname(file.path), path));
}

/**
 * Copies the skills that a scenario brings along into the agent's workspace, as their author would install them.
 * @returns undefined if it has none
 */
export function skillSeed(scenario: Scenario): ((workspaceDir: string) => Promise<void>) | undefined {
  if (scenario.meta.skills === undefined) return undefined;
  const folders = skillSources(scenario);
  return async (workspaceDir) => {
    for (const folder of folders) {
      const isOfTheSkill = (path: string) => !BESIDE_IT.has(relative(folder, path).split(sep)[0] ?? "");
      await cp(folder, join(workspaceDir, "skills", basename(folder)), {
        recursive: true,
        filter: isOfTheSkill,
      });
    }
  };
}
