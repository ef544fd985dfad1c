import { join } from "node:path";
import { QaError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json.ts";
import { type ActionContext, actionsOf, ENV_PARAMETER } from "../define.ts";
import { readStateFile } from "../gateway/state-file.ts";

/** More than any scenario makes; without a limit some releases list a page. */
const LIST_LIMIT = 1_000;

/** Sessions of an agent, by key. */
export type SessionStore = Record<string, JsonObject & { sessionId?: string }>;

/** Ids of agents and sessions become names of folders and files. */
const FILE_ID = /^[a-z0-9][a-z0-9._-]{0,127}$/i;

/** @throws QaError `bad-argument`, fault scenario */
export function requireFileId(action: string, what: "agentId" | "sessionId", id: unknown): void {
  if (typeof id === "string" && FILE_ID.test(id)) return;
  throw new QaError(`${action}: \`${what}\` must be an id, got ${JSON.stringify(id)}`, {
    code: "bad-argument",
    fault: "scenario",
    hint: "An id has letters, digits, dots, dashes and underscores, and begins with a letter or a digit.",
  });
}

/**
 * Folder of an agent's sessions, in gateways that keep them as files.
 * @param action that asks, for the error
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
  _env: object,
  { agentId = context.agentId }: { agentId?: string } = {},
): Promise<SessionStore> {
  const reachable = context.gateway.capabilities.has("config-file");
  const stored = reachable ? await readStoreFile(context, "readRawQaSessionStore", agentId) : undefined;
  if (stored) return stored;
  const { sessions = [] } = (await context.gateway.call(
    "sessions.list",
    { agentId, limit: LIST_LIMIT },
    { signal: context.signal() },
  )) as { sessions?: JsonObject[] };
  return Object.fromEntries(sessions.map(({ key, ...entry }) => [String(key), entry]));
}

export const sessionStoreActions = actionsOf("sessions", (define) => ({
  readRawQaSessionStore: define({
    summary:
      "The sessions of the agent as the gateway keeps them: its `sessions.json`, or, where it keeps them in a database, what `sessions.list` tells.",
    params: [
      ENV_PARAMETER,
      {
        name: "options",
        type: "{ agentId? }",
        optional: true,
        description: "default: the scenario's agent",
      },
    ],
    returns: "object of { sessionId, updatedAt, … } by session key",
    effect: "reads",
    run: readStore,
  }),
  resolveSessionTranscriptsDirForAgent: define({
    summary: "Folder of an agent's transcripts, in gateways that keep them as files.",
    params: [
      { name: "agentId", type: "string", description: "for instance `qa`" },
      {
        name: "runtimeEnv",
        type: "object",
        optional: true,
        description: "accepted for upstream's scenarios",
      },
      { name: "homeDir", type: "unknown", optional: true, description: "accepted for upstream's scenarios" },
    ],
    returns: "absolute path",
    effect: "reads",
    needs: "config-file",
    run: (context, agentId: string) =>
      sessionsFolder(context, "resolveSessionTranscriptsDirForAgent", agentId),
  }),
}));
