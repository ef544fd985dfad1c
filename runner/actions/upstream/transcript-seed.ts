import { randomUUID } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { BlockedError, QaError } from "../../base/errors.ts";
import { type ActionContext, actionsOf, ENV_PARAMETER } from "../define.ts";
import { readStoreFile, requireFileId, type SessionStore, sessionsFolder } from "./session-store.ts";

interface SeedMessage {
  role: "user" | "assistant";
  text?: string;
  content?: { type: "text"; text: string }[];
  timestamp?: number;
}

interface TranscriptSeed {
  sessionId: string;
  sessionKey: string;
  agentId?: string;
  messages?: readonly SeedMessage[];
  /** When the session was used last; `now` is the older name. */
  updatedAt?: number;
  now?: number;
  /** What the session shows as its origin; `originLabel` is the older name. */
  label?: string;
  originLabel?: string;
  spawnedBy?: string;
  lastChannel?: string;
  lastProvider?: string;
  lastTo?: string;
}

const NAME = "seedQaSessionTranscript";
/** Version of the transcript file that releases of spring 2026 write; the embedded gateway reads it as well. */
const TRANSCRIPT_VERSION = 3;

/**
 * Puts a session with a past into the gateway's state. A running gateway has its store in memory and writes it
 * whole, so the files are changed while it is down.
 */
async function seedTranscript(context: ActionContext, _env: object, seed: TranscriptSeed): Promise<object> {
  const { sessionId, sessionKey, agentId = context.agentId } = seed;
  requireFileId(NAME, "sessionId", sessionId);
  if (!sessionKey) {
    throw new QaError(`${NAME} needs a \`sessionKey\``, { code: "bad-argument", fault: "scenario" });
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
  const listed = await context.gateway.call("sessions.list", { agentId }, { signal: context.signal() });
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
  const { sessionId, sessionKey, messages = [] } = seed;
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
    const id = randomUUID().slice(0, 8);
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
      "Gives the agent a session with a past. Restarts the gateway, because only a gateway that is down takes over files. Only for gateways that keep sessions as files.",
    params: [
      ENV_PARAMETER,
      {
        name: "seed",
        type: "{ sessionId, sessionKey, messages: [{ role, text, timestamp? }], updatedAt?, label?, agentId?, … }",
        description:
          "a message may have `content` blocks instead of `text`; `now` and `originLabel` are older names of `updatedAt` and `label`",
      },
    ],
    returns: "{ sessionId, sessionKey, sessionFile }",
    budgetMs: () => 120_000,
    needs: "config-file",
    run: seedTranscript,
  }),
}));
