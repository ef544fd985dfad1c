import { cp } from "node:fs/promises";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import type { Scenario } from "../../scenario/types.ts";

/** What lies in a skill's repository and is no part of the skill. */
const NOT_OF_THE_SKILL = new Set([".git", "node_modules", "reports", "qa"]);

/**
 * Copies the skills that a scenario brings along into the agent's workspace, as their author would install them.
 * @returns undefined if it has none
 */
export function skillSeed({
  meta: { skills },
  file,
}: Scenario): ((workspaceDir: string) => Promise<void>) | undefined {
  if (skills === undefined) return undefined;
  const folders = skills.map(({ path }) => resolve(dirname(file.path), path));
  return async (workspaceDir) => {
    for (const folder of folders) {
      const isOfTheSkill = (path: string) =>
        !NOT_OF_THE_SKILL.has(relative(folder, path).split(sep)[0] ?? "");
      await cp(folder, join(workspaceDir, "skills", basename(folder)), {
        recursive: true,
        filter: isOfTheSkill,
      });
    }
  };
}
