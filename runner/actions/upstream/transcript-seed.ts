import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { BlockedError } from "../../base/errors.ts";
import { SESSION_KEY } from "../agent/schemas.ts";
import { badArgument } from "../bad-argument.ts";
import type { ActionContext } from "../context.ts";
import { actionsOf, members } from "../define.ts";
import { NUMBER, record, STRING, type ValuesOf } from "../schema.ts";
import { readStoreFile, requireFileId, type SessionStore, sessionsFolder } from "./session-store.ts";

const SEED_TEXT = record({ type: { const: "text" }, text: STRING });
const SEED_MESSAGE = record(
  { role: { enum: ["user", "assistant"] } },
  {
    text: STRING,
    content: { type: "array", items: SEED_TEXT },
    timestamp: NUMBER,
  },
);

const SEED_PARAMS = {
  sessionKey: SESSION_KEY,
  sessionId: { ...STRING, description: "becomes the name of its file" },
  messages: { type: "array", items: SEED_MESSAGE, default: [], description: "with `text` or `content`" },
  agentId: { ...STRING, optional: true, description: "default: the scenario's agent" },
  updatedAt: { ...NUMBER, optional: true, description: "when it was used last; default: now" },
  now: { ...NUMBER, optional: true, description: "older name of `updatedAt`" },
  label: { ...STRING, optional: true, description: "what it shows as its origin" },
  originLabel: { ...STRING, optional: true, description: "older name of `label`" },
  spawnedBy: { ...STRING, optional: true },
  lastChannel: { ...STRING, optional: true },
  lastProvider: { ...STRING, optional: true },
  lastTo: { ...STRING, optional: true },
} as const;

type TranscriptSeed = ValuesOf<typeof SEED_PARAMS>;

const NAME = "seedQaSessionTranscript";
/** Version of the transcript file that releases of spring 2026 write; the embedded gateway reads it as well. */
const TRANSCRIPT_VERSION = 3;

/**
 * Puts a session with a past into the gateway's state. A running gateway has its store in memory and writes it
 * whole, so the files are changed while it is down.
 */
async function seedTranscript(context: ActionContext, seed: TranscriptSeed): Promise<object> {
  const { sessionId, sessionKey, agentId = context.agentId } = seed;
  requireFileId(NAME, "sessionId", sessionId);
  if (!sessionKey) {
    throw badArgument(`${NAME} needs a \`sessionKey\``);
  }
  const folder = sessionsFolder(context, NAME, agentId);
  const path = join(folder, `${sessionId}.jsonl`);
  await requireFiles(context, agentId);
  await context.gateway.restartAfterStateMutation(async () => {
    const store = (await readStoreFile(context, NAME, agentId)) ?? {};
    const entry = storeEntry(seed, path);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(path, transcriptText(seed, context.gateway.workspaceDir), { mode: 0o600 });
    const next: SessionStore = { ...store, [sessionKey]: { ...store[sessionKey], ...entry } };
    await writeFile(join(folder, "sessions.json"), `${JSON.stringify(next, null, 2)}\n`, { mode: 0o600 });
  });
  return { sessionId, sessionKey, sessionFile: path };
}

/** Later releases keep sessions in a database, and say so where they list them. */
async function requireFiles(context: ActionContext, agentId: string): Promise<void> {
  const listed = await context.call("sessions.list", { agentId });
  if (!String(listed.path ?? "").endsWith(".sqlite")) return;
  throw new BlockedError(
    "session-files",
    "this gateway lacks `session-files`: it keeps its sessions in a database, where none can be put from outside",
  );
}

function storeEntry(seed: TranscriptSeed, sessionFile: string): SessionStore[string] {
  const updatedAt = updatedAtOf(seed);
  const { spawnedBy, lastChannel, lastProvider, lastTo } = seed;
  const label = seed.label ?? seed.originLabel;
  return {
    sessionId: seed.sessionId,
    sessionFile,
    createdAt: updatedAt,
    updatedAt,
    ...(label ? { origin: { label } } : {}),
    ...(spawnedBy ? { spawnedBy } : {}),
    ...(lastChannel ? { lastChannel } : {}),
    ...(lastProvider ? { lastProvider } : {}),
    ...(lastTo ? { lastTo } : {}),
  };
}

function transcriptText(seed: TranscriptSeed, cwd: string): string {
  const timestamp = new Date(updatedAtOf(seed)).toISOString();
  const { sessionId, sessionKey, messages } = seed;
  const header = {
    type: "session",
    version: TRANSCRIPT_VERSION,
    id: sessionId,
    sessionId,
    sessionKey,
    timestamp,
    cwd,
  };
  let parentId: string | null = null;
  const records = messages.map((message) => {
    const id = crypto.randomUUID().slice(0, 8);
    const at = message.timestamp ?? updatedAtOf(seed);
    const record = {
      type: "message",
      id,
      parentId,
      timestamp: new Date(at).toISOString(),
      message: {
        role: message.role,
        content: message.content ?? [{ type: "text", text: message.text ?? "" }],
        ...(message.role === "assistant" ? { ...SEEDED_BY, stopReason: "stop" } : {}),
        timestamp: at,
      },
    };
    parentId = id;
    return record;
  });
  return [header, ...records].map((record) => `${JSON.stringify(record)}\n`).join("");
}

/** An assistant message must say which model wrote it. */
const SEEDED_BY = { api: "openai-completions", provider: "gateway-qa", model: "seed" };

function updatedAtOf({ updatedAt, now }: TranscriptSeed): number {
  return updatedAt ?? now ?? Date.now();
}

export const transcriptSeedActions = actionsOf("sessions", (define) => ({
  seedQaSessionTranscript: define({
    summary:
      "Gives the agent a session with a past. Restarts the gateway, because its files can only be changed while it is down. Only for gateways that keep sessions as files.",
    params: SEED_PARAMS,
    main: "sessionKey",
    positional: ["env", members("seed")],
    returns: record({ sessionId: STRING, sessionKey: STRING, sessionFile: STRING }),
    budgetMs: () => 120_000,
    needs: "config-file",
    run: seedTranscript,
  }),
}));
