import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { QaError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json.ts";
import { type ActionContext, actionsOf, ENV_PARAMETER } from "../define.ts";

interface WorkspaceSkill {
  name: string;
  body: string;
}

/** Writes `<workspace>/skills/<name>/SKILL.md`, the way an author drops a skill into the workspace. */
async function writeWorkspaceSkill(context: ActionContext, { name, body }: WorkspaceSkill): Promise<string> {
  if (!/^[a-z0-9][a-z0-9._-]*$/i.test(String(name))) {
    throw new QaError(`writeWorkspaceSkill: "${name}" cannot be a skill's folder name`, {
      code: "bad-argument",
      fault: "scenario",
      hint: "Use letters, digits, dots, dashes and underscores.",
    });
  }
  const folder = join(context.gateway.workspaceDir, "skills", name);
  await mkdir(folder, { recursive: true });
  const path = join(folder, "SKILL.md");
  await writeFile(path, `${String(body).trimEnd()}\n`);
  return path;
}

export const skillActions = actionsOf("skills", (define) => ({
  readSkillStatus: define({
    summary: "The skills as the gateway reports them (`skills.status`).",
    params: [
      ENV_PARAMETER,
      { name: "agentId", type: "string", optional: true, description: "default: the scenario's agent" },
    ],
    returns: "array of { name, eligible, disabled, missing, filePath, … }",
    effect: "reads",
    run: async (context, _env: object, agentId: string = context.agentId) => {
      const status = await context.gateway.call("skills.status", { agentId }, { signal: context.signal() });
      return status.skills ?? [];
    },
  }),
  findSkill: define({
    summary: "The entry with this name in what `readSkillStatus` returned, or undefined.",
    params: [
      { name: "skills", type: "array", description: "from `readSkillStatus`" },
      { name: "name", type: "string", description: "the skill's name" },
    ],
    returns: "the entry or undefined",
    effect: "reads",
    run: (_context, skills: JsonObject[], name: string) => skills.find((skill) => skill.name === name),
  }),
  writeWorkspaceSkill: define({
    summary: "Writes a skill into the agent's workspace.",
    params: [
      {
        name: "request",
        type: "{ env, name, body }",
        description: "`body` is the whole SKILL.md with its front matter",
      },
    ],
    returns: "path of the file",
    needs: "workspace",
    run: writeWorkspaceSkill,
  }),
}));
