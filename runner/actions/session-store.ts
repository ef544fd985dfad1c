import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { BlockedError, QaError } from "../errors.ts";
import type { JsonObject } from "../gateway/gateway.ts";
import { type ActionContext, actionsOf, ENV_PARAMETER } from "./action.ts";

/** More than any scenario makes; without a limit some releases list a page. */
const LIST_LIMIT = 1_000;

/** Sessions of an agent, by key. */
export type SessionStore = Record<string, JsonObject & { sessionId?: string }>;

/** Folder of an agent's sessions, in gateways that keep them as files. */
export function sessionsFolder(context: ActionContext, agentId: string): string {
  if (!context.gateway.capabilities.has("config-file")) {
    throw new BlockedError("config-file", "this gateway's state folder cannot be reached from here");
  }
  return join(context.gateway.stateDir, "agents", agentId, "sessions");
}

/** The store as it lies on disk; undefined when this gateway keeps no such file. */
export async function readStoreFile(
  context: ActionContext,
  agentId: string,
): Promise<SessionStore | undefined> {
  const path = join(sessionsFolder(context, agentId), "sessions.json");
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  try {
    return JSON.parse(text) as SessionStore;
  } catch (error) {
    throw new QaError(`the session store ${path} is not JSON`, {
      code: "bad-answer",
      fault: "product",
      details: text.slice(0, 500),
      cause: error,
    });
  }
}

/** From the file where there is one; gateways with a database of their own are asked. */
async function readStore(
  context: ActionContext,
  _env: object,
  { agentId = context.agentId }: { agentId?: string } = {},
): Promise<SessionStore> {
  const reachable = context.gateway.capabilities.has("config-file");
  const stored = reachable ? await readStoreFile(context, agentId) : undefined;
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
    run: (context, agentId: string) => sessionsFolder(context, agentId),
  }),
}));
