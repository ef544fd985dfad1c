import type { JsonObject } from "../../base/json.ts";
import { createSession, SESSION, sessionKeyOf } from "../agent/sessions.ts";
import { agentSessionKey } from "../channel/session-key.ts";
import type { ActionContext } from "../context.ts";
import { actionsOf } from "../define.ts";
import { expectState, PRESENT } from "../scene/expect.ts";
import { matcherOf, OBJECT, open, record, STRING, type ValuesOf } from "../schema.ts";
import { SKILL, writeWorkspaceSkill } from "./skills.ts";
import { effectiveTools } from "./tools.ts";

const TOOL = record({ id: STRING });

async function allSkills(context: ActionContext): Promise<JsonObject[]> {
  const { skills } = await context.call("skills.status", { agentId: context.agentId });
  return (skills ?? []) as JsonObject[];
}

async function toolWithId(
  context: ActionContext,
  id: string,
  sessionKey: string,
): Promise<JsonObject | undefined> {
  const tools = await effectiveTools(context, sessionKey);
  return tools.has(id) ? { id } : undefined;
}

/** Key of a room's session, or of one of the scenario's own, which is there from now on. */
async function sessionFor(context: ActionContext, room?: string, session?: string): Promise<string> {
  const { agentId } = context;
  const key =
    room === undefined
      ? sessionKeyOf(context, session)
      : agentSessionKey({ agentId, channel: "qa-channel", peer: { kind: "channel", id: room } });
  return createSession(context, key, key);
}

const SKILL_PARAMS = {
  name: { ...STRING, description: "the skill's name, and its folder's" },
  description: { ...STRING, description: "what it is for, as the agent's catalogue has it" },
  body: { ...STRING, description: "what the agent reads when it uses the skill" },
  requires: {
    ...OBJECT,
    optional: true,
    description: "what must be there before it is eligible, for instance `{ bins: [git] }`",
  },
} as const;

/** The SKILL.md of an author who writes what is asked for and nothing else. */
function skillText({ name, description, body, requires }: ValuesOf<typeof SKILL_PARAMS>): string {
  const metadata = requires ? [`metadata: ${JSON.stringify({ openclaw: { requires } })}`] : [];
  const head = [`name: ${name}`, `description: ${JSON.stringify(description)}`, ...metadata];
  return ["---", ...head, "---", body].join("\n");
}

export const skillStatements = actionsOf("skills", (define) => ({
  writeSkill: define({
    summary: "Writes a skill into the agent's workspace, the way an author adds one.",
    params: SKILL_PARAMS,
    main: "name",
    returns: { ...STRING, description: "path of the file" },
    statement: "acts",
    needs: "workspace",
    run: (context, skill) => writeWorkspaceSkill(context, { name: skill.name, body: skillText(skill) }),
  }),
  expectSkill: define({
    summary: "A skill as the gateway reports it (`skills.status`).",
    params: {
      name: { ...STRING, description: "the skill's name" },
      is: { ...matcherOf(open(SKILL), "what is reported; default: that the skill is there"), optional: true },
    },
    main: "name",
    returns: open(SKILL),
    statement: "expects",
    effect: "reads",
    run: (context, { name, is = PRESENT }) =>
      expectState(
        context,
        `skill ${name}`,
        is,
        async () => (await allSkills(context)).find((skill) => skill.name === name),
        { name, known: async () => (await allSkills(context)).map((skill) => String(skill.name)) },
      ),
  }),
  expectTool: define({
    summary: "A tool that the next turn of a session would offer the model (`tools.effective`).",
    params: {
      id: { ...STRING, description: "the tool's id" },
      is: {
        ...matcherOf(TOOL, "`{ exists: false }` where it must not be there; default: that it is there"),
        optional: true,
      },
      in: {
        ...STRING,
        optional: true,
        description: "the session of this room",
      },
      session: SESSION,
    },
    main: "id",
    returns: { ...TOOL, optional: true },
    statement: "expects",
    effect: "converses",
    run: async (context, { id, is = PRESENT, in: room, session }) => {
      const sessionKey = await sessionFor(context, room, session);
      return expectState(context, `tool ${id}`, is, () => toolWithId(context, id, sessionKey), {
        name: id,
        known: async () => [...(await effectiveTools(context, sessionKey))],
      });
    },
  }),
}));
