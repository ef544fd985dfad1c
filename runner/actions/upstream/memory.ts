import { BlockedError, errorMessage } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json.ts";
import { SESSION_KEY } from "../agent/schemas.ts";
import { badArgument } from "../bad-argument.ts";
import type { ActionContext } from "../context.ts";
import { actionsOf, members } from "../define.ts";
import { liveTurnTimeout } from "../env/core.ts";
import { waitForChannelReady } from "../gateway/gateway.ts";
import { runGatewayCli } from "../gateway/gateway-cli.ts";
import { BOOLEAN, NEVER, NUMBER, OBJECTS, record, STRING } from "../schema.ts";
import { waitIn } from "../wait.ts";

const CALL_MS = 30_000;
const READY_MS = 60_000;
const CLI_MS = 60_000;
/** How long the index may lag behind, on top of the search itself, which starts a whole process. */
const INDEX_LAG_MS = 20_000;
const SEARCH_INTERVAL_MS = 500;

interface MemoryStatus extends JsonObject {
  embedding?: { ok?: boolean; error?: string };
}

function readStatus(context: ActionContext): Promise<MemoryStatus> {
  return context.call("doctor.memory.status", {}, { timeoutMs: CALL_MS });
}

/** A gateway may know the methods of memory without a plugin behind them. */
async function requireMemory(context: ActionContext): Promise<void> {
  const { embedding } = await readStatus(context);
  if (embedding?.ok !== false || !/memory plugin unavailable/i.test(embedding.error ?? "")) return;
  throw new BlockedError(
    "memory",
    "this gateway lacks `memory`: no memory plugin is active",
    "A scenario switches one on with gatewayConfigPatch, for instance plugins.slots.memory: memory-core.",
  );
}

/** Reindexes the agent's memory, waits until a search finds what it must, and restarts the gateway. */
async function forceIndex(
  context: ActionContext,
  { query, expectedNeedle }: { query: string; expectedNeedle: string },
): Promise<unknown> {
  await context.waitHealthy(READY_MS);
  await waitForChannelReady(context, READY_MS);
  await requireMemory(context);
  const timeoutMs = liveTurnTimeout(context.providerMode, CLI_MS);
  const agent = ["--agent", context.agentId];
  await runGatewayCli(context, ["memory", "index", ...agent, "--force"], { timeoutMs });
  const search = ["memory", "search", ...agent, "--json", "--query", query];
  let found: JsonObject = {};
  await waitIn(
    context,
    `memory to find ${JSON.stringify(expectedNeedle)} with the query ${JSON.stringify(query)}`,
    async () => {
      found = (await runGatewayCli(context, search, { timeoutMs, json: true })) as JsonObject;
      return JSON.stringify(found.results ?? []).includes(expectedNeedle);
    },
    {
      timeoutMs: timeoutMs + INDEX_LAG_MS,
      intervalMs: SEARCH_INTERVAL_MS,
      evidence: () => `found instead: ${JSON.stringify(found.results ?? [])}`,
    },
  );
  // The running gateway still holds the old index.
  await context.gateway.restartAfterStateMutation(() => {});
  return found;
}

/** Name under which the active-memory plugin notes that it is switched off for a session. */
function toggleKey(sessionKey: string): string {
  // Loaded when it is needed: the start of every attempt would pay for it.
  const { createHash } = process.getBuiltinModule("node:crypto");
  return createHash("sha256").update(sessionKey).digest("hex");
}

/** The day of a moment in a time zone, `2026-11-27`: the name of that day's notes. */
function dayOf(at: number, timeZone?: string): string {
  try {
    return new Intl.DateTimeFormat("en-CA", { timeZone, dateStyle: "short" }).format(at);
  } catch (error) {
    throw badArgument(`formatMemoryDreamingDay: ${errorMessage(error)}`);
  }
}

export const memoryActions = actionsOf("memory", (define) => ({
  readDoctorMemoryStatus: define({
    summary: "The state of the agent's memory as the gateway reports it (`doctor.memory.status`).",
    positional: ["env"],
    returns: record(
      {},
      { agentId: STRING, embedding: record({}, { ok: BOOLEAN, error: STRING }), dreaming: {} },
    ),
    effect: "reads",
    budgetMs: () => CALL_MS,
    run: readStatus,
  }),
  forceMemoryIndex: define({
    summary:
      "Reindexes the agent's memory with the gateway's command line, waits until a search finds the text that it must, and restarts the gateway on the new index. Returns what the search found.",
    params: {
      query: { ...STRING, description: "what is searched for" },
      expectedNeedle: { ...STRING, description: "part of what the search must find" },
    },
    main: "query",
    positional: [members("request")],
    returns: record({ results: OBJECTS }),
    budgetMs: () => 3 * READY_MS + 2 * CLI_MS + INDEX_LAG_MS,
    run: forceIndex,
  }),
  formatMemoryDreamingDay: define({
    summary: "The day of a moment as memory files are named, `2026-11-27`.",
    params: {
      epochMs: { ...NUMBER, description: "milliseconds since the epoch" },
      timeZone: { ...STRING, optional: true, description: "for instance `UTC`; default: this machine's" },
    },
    main: "epochMs",
    positional: ["epochMs", "timeZone"],
    returns: STRING,
    effect: "reads",
    sync: true,
    run: (_context, { epochMs, timeZone }) => dayOf(epochMs, timeZone),
  }),
  activeMemoryToggleKey: define({
    summary: "The key under which the active-memory plugin notes that it is switched off for a session.",
    params: { sessionKey: SESSION_KEY },
    main: "sessionKey",
    positional: ["sessionKey"],
    returns: STRING,
    effect: "reads",
    sync: true,
    run: (_context, { sessionKey }) => toggleKey(sessionKey),
  }),
  setActiveMemorySessionDisabled: define({
    summary:
      "Switches active memory off for a session. The plugin keeps that in a database of its own, so this ends as *blocked*.",
    params: { sessionKey: SESSION_KEY, disabled: { ...BOOLEAN, description: "true: off" } },
    main: "sessionKey",
    positional: ["env", "sessionKey", "disabled"],
    returns: NEVER,
    run: () => {
      throw new BlockedError(
        "active-memory",
        "`active-memory` cannot be switched off for a session from outside: its plugin keeps that in a database",
      );
    },
  }),
}));
