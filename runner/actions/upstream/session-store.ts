import { join } from "node:path";
import type { JsonObject } from "../../base/json.ts";
import { badArgument } from "../bad-argument.ts";
import type { ActionContext } from "../context.ts";
import { actionsOf, members } from "../define.ts";
import { readStateFile } from "../gateway/state-file.ts";
import { OBJECT, record, STRING } from "../schema.ts";

/** More than any scenario makes; without a limit some releases list a page. */
const LIST_LIMIT = 1_000;

/** Sessions of an agent, by key. */
export type SessionStore = Record<string, JsonObject & { sessionId?: string }>;

/** Ids of agents and sessions become names of folders and files. */
const FILE_ID = /^[a-z0-9][a-z0-9._-]{0,127}$/i;

/** @throws QaError `bad-argument`, fault scenario */
export function requireFileId(action: string, what: "agentId" | "sessionId", id: unknown): void {
  if (typeof id === "string" && FILE_ID.test(id)) return;
  throw badArgument(
    `${action}: \`${what}\` must be an id, got ${JSON.stringify(id)}`,
    "An id has letters, digits, dots, dashes and underscores, and begins with a letter or a digit.",
  );
}

/**
 * Folder of an agent's sessions, in gateways that keep them as files.
 * @param action the one that asks, for the error
 */
export function sessionsFolder(context: ActionContext, action: string, agentId: string): string {
  requireFileId(action, "agentId", agentId);
  return join(context.gateway.stateDir, "agents", agentId, "sessions");
}

/** The store as it lies on disk; undefined when this gateway keeps no such file. */
export async function readStoreFile(
  context: ActionContext,
  action: string,
  agentId: string,
): Promise<SessionStore | undefined> {
  const path = join(sessionsFolder(context, action, agentId), "sessions.json");
  return readStateFile<SessionStore>(path, `the session store ${path}`);
}

/** From the file where there is one; gateways with a database of their own are asked. */
async function readStore(
  context: ActionContext,
  { agentId = context.agentId }: { agentId?: string },
): Promise<SessionStore> {
  const reachable = context.gateway.capabilities.has("config-file");
  const stored = reachable ? await readStoreFile(context, "readRawQaSessionStore", agentId) : undefined;
  if (stored) return stored;
  const { sessions = [] } = (await context.call("sessions.list", { agentId, limit: LIST_LIMIT })) as {
    sessions?: JsonObject[];
  };
  return Object.fromEntries(sessions.map(({ key, ...entry }) => [String(key), entry]));
}

export const sessionStoreActions = actionsOf("sessions", (define) => ({
  readRawQaSessionStore: define({
    summary:
      "The sessions of the agent as the gateway keeps them: its `sessions.json`, or, where it keeps them in a database, what `sessions.list` says. They stand under their keys.",
    params: { agentId: { ...STRING, optional: true, description: "default: the scenario's agent" } },
    main: "agentId",
    positional: ["env", members("options?")],
    returns: { type: "object", additionalProperties: record({}, { sessionId: STRING }) },
    effect: "reads",
    run: readStore,
  }),
  resolveSessionTranscriptsDirForAgent: define({
    summary: "Folder of an agent's transcripts, in gateways that keep them as files.",
    params: {
      agentId: { ...STRING, description: "for instance `qa`" },
      runtimeEnv: { ...OBJECT, optional: true, description: "accepted for upstream's scenarios" },
      homeDir: { optional: true, description: "accepted for upstream's scenarios" },
    },
    main: "agentId",
    positional: ["agentId", "runtimeEnv", "homeDir"],
    returns: { ...STRING, description: "absolute path" },
    effect: "reads",
    needs: "config-file",
    sync: true,
    run: (context, { agentId }) => sessionsFolder(context, "resolveSessionTranscriptsDirForAgent", agentId),
  }),
}));
