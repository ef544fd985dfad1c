import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { badArgument } from "../bad-argument.ts";
import type { ActionContext } from "../context.ts";
import { actionsOf, members } from "../define.ts";
import { BOOLEAN, OBJECTS, record, STRING } from "../schema.ts";

/** Writes `<workspace>/skills/<name>/SKILL.md`, the way an author drops a skill into the workspace. */
export async function writeWorkspaceSkill(
  context: ActionContext,
  { name, body }: { name: string; body: string },
): Promise<string> {
  if (!/^[a-z0-9][a-z0-9._-]*$/i.test(String(name))) {
    throw badArgument(
      `writeWorkspaceSkill: "${name}" cannot be a skill's folder name`,
      "Use letters, digits, dots, dashes and underscores.",
    );
  }
  const folder = join(context.gateway.workspaceDir, "skills", name);
  await mkdir(folder, { recursive: true });
  const path = join(folder, "SKILL.md");
  await writeFile(path, `${String(body).trimEnd()}\n`);
  return path;
}

export const SKILL = record({ name: STRING, eligible: BOOLEAN, disabled: BOOLEAN }, { filePath: STRING });

export const skillActions = actionsOf("skills", (define) => ({
  readSkillStatus: define({
    summary: "The skills as the gateway reports them (`skills.status`).",
    params: { agentId: { ...STRING, optional: true, description: "default: the scenario's agent" } },
    main: "agentId",
    positional: ["env", "agentId"],
    inSteps: "`expectSkill`",
    returns: { type: "array", items: SKILL },
    effect: "reads",
    run: async (context, { agentId = context.agentId }) => {
      const status = await context.call("skills.status", { agentId });
      return status.skills ?? [];
    },
  }),
  findSkill: define({
    summary: "The entry with this name in what `readSkillStatus` returned, or undefined.",
    params: {
      skills: { ...OBJECTS, description: "from `readSkillStatus`" },
      name: { ...STRING, description: "the skill's name" },
    },
    main: "name",
    positional: ["skills", "name"],
    inSteps: "`expectSkill`",
    returns: { ...SKILL, optional: true },
    effect: "reads",
    sync: true,
    run: (_context, { skills, name }) => skills.find((skill) => skill.name === name),
  }),
  writeWorkspaceSkill: define({
    summary: "Writes a skill into the agent's workspace.",
    params: {
      name: { ...STRING, description: "the skill's folder" },
      body: { ...STRING, description: "the whole SKILL.md with its front matter" },
    },
    main: "name",
    positional: [members("request")],
    inSteps: "`writeSkill`",
    returns: { ...STRING, description: "path of the file" },
    needs: "workspace",
    run: writeWorkspaceSkill,
  }),
}));
