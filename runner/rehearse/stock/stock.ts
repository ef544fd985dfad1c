import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import JSON5 from "json5";
import { isJsonObject, type JsonObject, objectsOf } from "../../base/json.ts";
import type { DrivenGateway } from "../../gateway/gateway.ts";
import { RpcError } from "../../gateway/rpc/errors.ts";
import { treatmentOf } from "../copy/allow-list.ts";
import { isOwnSession } from "./asks.ts";

/** What was said in a session, in order: who, and a digest of what. */
interface SessionStock {
  key: string;
  sessionId: string;
  said: string[];
}

interface CronStock {
  id: string;
  name: string;
  enabled: boolean;
  schedule: unknown;
  /** Milliseconds since the epoch. */
  nextRunAtMs: number | undefined;
}

/** What a gateway says that it has, and what lies in its folder. */
export interface Stock {
  version: string;
  config: JsonObject;
  agents: string[];
  sessions: SessionStock[];
  /** Skills that an agent can use, as `agent/skill`. */
  skills: string[];
  cron: CronStock[];
  /** Channels that the gateway runs, with their accounts. */
  channels: string[];
  devices: string[];
  /** Digests of memory files, by their path below the root. */
  files: Record<string, string>;
  /** Of the whole state. */
  bytes: number;
  /** Milliseconds since the epoch. */
  takenAtMs: number;
}

/** A release lists fewer unless it is asked for more. */
const ALL = 10_000;
const MOST_MESSAGES = 1000;
const MOST_JOBS = 200;
/** Releases cut long texts in different places. */
const COMPARED_CHARACTERS = 400;

/**
 * Takes stock of a gateway that runs, without changing anything.
 * @param workspaces folders of its agents' files; absolute
 * @throws QaError of a call that fails; what a gateway does not know at all is left empty
 */
export async function takeStock(
  gateway: DrivenGateway,
  workspaces: readonly string[],
  signal: AbortSignal,
): Promise<Stock> {
  const call = (method: string, params: JsonObject = {}) =>
    gateway.call(method, params, { signal, timeoutMs: 60_000 });
  const perhaps = (method: string, params?: JsonObject) =>
    call(method, params).catch((error: unknown) => {
      if (error instanceof RpcError && error.isUnknownMethod) return {} as JsonObject;
      throw error;
    });
  const { version } = await gateway.identity({ signal });
  const agents = objectsOf((await call("agents.list")).agents).map(({ id }) => String(id));
  const skills: string[] = [];
  for (const agentId of agents) {
    const status = await call("skills.status", { agentId });
    const usable = objectsOf(status.skills).filter(({ eligible }) => eligible === true);
    skills.push(...usable.map(({ name }) => `${agentId}/${String(name)}`));
  }
  const sessions: SessionStock[] = [];
  const listed = objectsOf((await call("sessions.list", { limit: ALL })).sessions);
  for (const { key, sessionId } of listed) {
    if (typeof key !== "string" || typeof sessionId !== "string" || isOwnSession(key)) continue;
    const { messages } = await call("chat.history", { sessionKey: key, limit: MOST_MESSAGES });
    sessions.push({ key, sessionId, said: objectsOf(messages).flatMap(saidIn) });
  }
  const { jobs } = await perhaps("cron.list", { includeDisabled: true, limit: MOST_JOBS });
  const { channelAccounts } = await perhaps("channels.status", {});
  const { paired } = await perhaps("device.pair.list");
  return {
    version,
    config: JSON5.parse(await readFile(gateway.configPath, "utf8")) as JsonObject,
    agents: agents.sort(),
    sessions: sessions.sort(byKey),
    skills: skills.sort(),
    cron: objectsOf(jobs).map(cronOf),
    channels: channelsOf(channelAccounts),
    devices: objectsOf(paired)
      .map(({ deviceId }) => String(deviceId))
      .sort(),
    files: await digests(gateway.tempRoot, workspaces),
    bytes: await bytesBelow(gateway.stateDir),
    takenAtMs: Date.now(),
  };
}

function saidIn({ role, content, text }: JsonObject): string[] {
  if (role !== "user" && role !== "assistant") return [];
  const said =
    typeof content === "string" ? content : (textOf(content) ?? (typeof text === "string" ? text : ""));
  const clean = said.replaceAll(/\s+/g, " ").trim();
  if (clean === "") return [];
  const hash = createHash("sha256").update(clean.slice(0, COMPARED_CHARACTERS)).digest("hex");
  return [`${role} ${hash.slice(0, 16)}`];
}

function textOf(content: unknown): string | undefined {
  if (!Array.isArray(content)) return undefined;
  return objectsOf(content)
    .flatMap(({ type, text }) => (type === "text" && typeof text === "string" ? [text] : []))
    .join("\n");
}

function cronOf({ id, name, enabled, schedule, state }: JsonObject): CronStock {
  const next = isJsonObject(state) ? state.nextRunAtMs : undefined;
  return {
    id: String(id),
    name: String(name ?? id),
    enabled: enabled !== false,
    schedule,
    nextRunAtMs: typeof next === "number" ? next : undefined,
  };
}

function channelsOf(accounts: unknown): string[] {
  if (!isJsonObject(accounts)) return [];
  return Object.entries(accounts)
    .flatMap(([channel, list]) => objectsOf(list).map(({ accountId }) => `${channel}/${String(accountId)}`))
    .sort();
}

async function digests(root: string, folders: readonly string[]): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const folder of folders) {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
    for (const { parentPath, name } of entries.filter(
      (entry) => entry.isFile() && /\.md$/i.test(entry.name),
    )) {
      const path = join(parentPath, name);
      // Skills are judged as skills.
      if (
        treatmentOf("workspace", relative(folder, path)) !== "whole" ||
        relative(folder, path).startsWith("skills/")
      )
        continue;
      const content = await readFile(path);
      files[relative(root, path)] = createHash("sha256").update(content).digest("hex").slice(0, 16);
    }
  }
  return files;
}

/** Bytes of all files below a folder. */
async function bytesBelow(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const sizes = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) =>
      stat(join(parentPath, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

function byKey(one: SessionStock, other: SessionStock): number {
  return one.key < other.key ? -1 : 1;
}
