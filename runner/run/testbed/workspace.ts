import { symlink, writeFile } from "node:fs/promises";
import { extname, join } from "node:path";
import type { Scenario } from "../../scenario/types.ts";
import type { IndexedPack, PreparedScenario } from "../prepared.ts";

/**
 * Fills the agent's workspace from the index of the scenario's pack, under the names that upstream's
 * runner uses: who the agent is (`IDENTITY.md`, which the gateway puts into its prompt), the kickoff task,
 * the scenarios as a plan and as they are written, and the pack's repository as `repo`.
 * @returns undefined if the pack has no index
 */
export function workspaceSeed({
  pack,
}: Pick<PreparedScenario, "pack">): ((workspaceDir: string) => Promise<void>) | undefined {
  if (!pack) return undefined;
  const files = seedFiles(pack);
  const { referenceRoot } = pack.index.pack;
  return async (workspaceDir) => {
    await Promise.all(
      Object.entries(files).map(([name, text]) => writeFile(join(workspaceDir, name), `${text.trim()}\n`)),
    );
    // A junction needs no privilege on Windows; elsewhere the type is ignored.
    await symlink(referenceRoot, join(workspaceDir, "repo"), "junction");
  };
}

/** Files of a workspace, by their names. */
export function seedFiles({ index: { index, file }, scenarios }: IndexedPack): Record<string, string> {
  const source = `QA_SCENARIOS${extname(file.path)}`;
  const { agent, kickoffTask } = index;
  return {
    ...(agent?.identityMarkdown ? { "IDENTITY.md": agent.identityMarkdown } : {}),
    ...(kickoffTask ? { "QA_KICKOFF_TASK.md": kickoffTask } : {}),
    "QA_SCENARIO_PLAN.md": ["# Scenarios", ...scenarios.map(planOf)].join("\n\n"),
    [source]: [file, ...scenarios.map((scenario) => scenario.file)]
      .map(({ text }) => text.trim())
      .join("\n\n"),
    "README.md": `# QA workspace

- \`IDENTITY.md\`: who you are
- \`QA_KICKOFF_TASK.md\`: what to do first
- \`QA_SCENARIO_PLAN.md\`: the scenarios, in short
- \`${source}\`: the scenarios, as they are written
- \`repo/\`: the repository that they belong to, to be read only
`,
  };
}

function planOf({ id, title, meta }: Scenario): string {
  const lists = { "success criteria": meta.successCriteria, docs: meta.docsRefs, code: meta.codeRefs };
  return [
    `## ${title}`,
    "",
    `- id: ${id}`,
    `- surface: ${meta.surface}`,
    `- objective: ${meta.objective}`,
    ...(meta.execution?.summary ? [`- execution: ${meta.execution.summary}`] : []),
    ...Object.entries(lists).flatMap(([name, items = []]) =>
      items.length > 0 ? [`- ${name}:`, ...items.map((item) => `  - ${item}`)] : [],
    ),
  ].join("\n");
}
