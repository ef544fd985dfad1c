import { BlockedError, QaError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json.ts";
import { PressureWatch } from "../../base/pressure.ts";
import { countdown } from "../../base/slow.ts";
import { waitForCondition } from "../../base/waits.ts";
import { Wakeups } from "../../base/wakeups.ts";
import { matches } from "../../flow/match/match.ts";
import type { Matcher } from "../../flow/match/matcher.ts";
import { unexpected } from "../../flow/match/unexpected.ts";
import type { GatewayIdentity } from "../../gateway/gateway.ts";
import { RpcError } from "../../gateway/rpc/errors.ts";
import type { RecordedRequest } from "../../model/recorder.ts";
import { badArgument } from "../bad-argument.ts";
import type { ActionContext } from "../context.ts";
import { actionsOf, members } from "../define.ts";
import { limitOf } from "../scene/limits.ts";
import { matcherOf, milliseconds, NUMBER, record, STRING } from "../schema.ts";
import { waitForChannelReady } from "./gateway.ts";
import { BEFORE, IDENTITY } from "./schemas.ts";

/** The slowest update seen took 342 s, most of it spent in npm and in checks of what it installed. */
const UPDATE_TIMEOUT_MS = 900_000;
/** Each time it is asked, some releases spend half a second that they need for the update. */
const LOOK_MS = 1000;

const FAILED = "update-failed";

/** The update goes on elsewhere; this is not its end. */
const PENDING = new Set(["managed-service-handoff-started", "restart-health-pending"]);

/** Reasons that say that no update is possible in this environment, and nothing about the update itself. */
const OBSTACLES = new Set([
  "container-image-install",
  "external-supervisor-update-required",
  "install-not-writable",
  "managed-service-handoff-failed",
  "managed-service-handoff-unavailable",
  "not-git-install",
  "owner_required",
  "package-update-requires-cli",
  "restart-disabled",
  "restart-unavailable",
  "unmanaged-package-install",
]);

/**
 * The answers to an agent's call where the agent may not ask or its tool does not reach the
 * gateway: from the embedded gateway, from releases of spring 2026, and from those of autumn.
 */
const REFUSALS = [
  /\bthere is no tool "gateway"/,
  /\btool "?gateway"? not found/i,
  /\bTool restricted to owner senders/,
  /\bowner_required\b/,
  /\bmissing scope\b/,
  /\bgateway was not run: /,
  /\bGateway instance unavailable for update\.run\b/,
];

/** How an update that brought no new process ended. */
interface UpdateEnd {
  status: string;
  reason: string;
  steps: readonly JsonObject[];
}

/**
 * Waits until a requested update has brought another process.
 * @throws BlockedError with the gateway's reason when it cannot update itself in this environment,
 *   or does not let its agent ask; QaError `update-failed` when the update or the agent's call
 *   failed
 */
async function waitForUpdate(
  context: ActionContext,
  { before, timeoutMs }: { before: GatewayIdentity; timeoutMs: number },
): Promise<GatewayIdentity> {
  const machine = new PressureWatch();
  try {
    return await updated(context, before, timeoutMs);
  } catch (error) {
    throw context.gateway.updatePlan?.isService ? judgedBy(machine, error) : error;
  }
}

/** A release that is updated as a service gives its checks limits of their own, which no busy machine keeps. */
export function judgedBy(machine: Pick<PressureWatch, "shortage">, error: unknown): unknown {
  if (!(error instanceof QaError) || error.code !== FAILED) return error;
  const shortage = machine.shortage();
  if (shortage === undefined) return error;
  return new QaError(`${error.message}, on a machine that was too busy to judge it by: ${shortage}`, {
    ...{ code: FAILED, fault: "environment", details: error.details, cause: error },
    hint: "Run it again while the machine does nothing else.",
  });
}

async function updated(
  context: ActionContext,
  before: GatewayIdentity,
  timeoutMs: number,
): Promise<GatewayIdentity> {
  const left = countdown(timeoutMs);
  // The new process may migrate the old one's state first: a call waits for it as long as the action does.
  await waitForCondition(
    // Only the interval wakes this wait: each answer makes the gateway log a line.
    new Wakeups(),
    async () => {
      try {
        const now = await context.identity({ timeoutMs: left() });
        if (now.bootId !== before.bootId) return now;
        rejectEnd(await readEnd(context, left()));
        rejectAnswer(context.model?.requests ?? []);
      } catch (error) {
        // A gateway that is about to restart refuses work.
        if (!(error instanceof RpcError && error.retryable)) throw error;
      }
      return undefined;
    },
    {
      what: `the update to end with another process (a boot id other than ${before.bootId})`,
      timeoutMs,
      intervalMs: LOOK_MS,
      signal: context.signal(),
    },
  );
  await context.waitHealthy(left());
  await waitForChannelReady(context, left());
  await waitForVerdict(context, timeoutMs, left);
  return context.identity({ timeoutMs: left() });
}

/**
 * Later releases judge an update only when the new process has been running for a while, and may go back to the old one
 * then. Others have no update that is still active when the new process answers.
 */
async function waitForVerdict(context: ActionContext, timeoutMs: number, left: () => number): Promise<void> {
  await waitForCondition(
    new Wakeups(),
    async () => {
      const { activeRun } = await context.call("update.status", {}, { timeoutMs: left() });
      return activeRun === undefined || activeRun === null;
    },
    {
      what: "the update to be over",
      timeoutMs: Math.min(timeoutMs, left()),
      intervalMs: LOOK_MS,
      signal: context.signal(),
    },
  );
  rejectEnd(await readEnd(context, left()));
}

/** As `update.status` reports it: by the sentinel or, where releases keep a history of updates, by the last of them. */
async function readEnd(context: ActionContext, timeoutMs: number): Promise<UpdateEnd | undefined> {
  const status = await context.call("update.status", {}, { timeoutMs });
  const sentinel = status.sentinel as JsonObject | null | undefined;
  const lastRun = status.lastRun as JsonObject | undefined;
  const stats = sentinel?.kind === "update" ? (sentinel.stats as JsonObject | undefined) : undefined;
  return [
    endOf(sentinel?.status, stats?.reason, stats?.steps),
    endOf(lastRun?.status, lastRun?.reason, lastRun?.steps),
  ].find((end) => end !== undefined);
}

function endOf(status: unknown, reason: unknown, steps: unknown): UpdateEnd | undefined {
  const known = typeof reason === "string" ? reason : "no reason given";
  const over = status === "error" || status === "skipped" || status === "failed" || status === "rolled-back";
  if (!over || PENDING.has(known)) return undefined;
  return { status, reason: known, steps: Array.isArray(steps) ? steps : [] };
}

function rejectEnd(end: UpdateEnd | undefined): void {
  if (!end) return;
  if (OBSTACLES.has(end.reason)) throw obstacle(end.reason);
  throw new QaError(`the update ended with ${end.status}: ${end.reason}`, {
    code: FAILED,
    fault: "product",
    details: end.steps.map(describeStep).join("\n") || "(it names no step)",
  });
}

/** Whether this reason says that no update is possible in this environment, and nothing about the update itself. */
export function isUpdateObstacle(reason: string | undefined): boolean {
  return reason !== undefined && OBSTACLES.has(reason);
}

function obstacle(reason: string): BlockedError {
  return new BlockedError("self-update", `the gateway cannot update itself here: ${reason}`);
}

/** @throws BlockedError, or QaError `update-failed`, when the answer to `update.run` says that nothing has begun */
export function requireBegun({ ok, result }: JsonObject): void {
  if (ok === true) return;
  const { status, reason } = (result ?? {}) as JsonObject;
  rejectEnd(endOf(status ?? "error", reason, (result as JsonObject | undefined)?.steps));
}

/** An agent's call may be refused, or fail, before there is an update to report on. */
export function rejectAnswer(
  requests: readonly Pick<RecordedRequest, "plannedToolArgs" | "toolOutput">[],
): void {
  const call = requests.findLastIndex(({ plannedToolArgs }) => plannedToolArgs?.action === "update.run");
  const answer =
    call === -1 ? undefined : requests.slice(call + 1).find(({ toolOutput }) => toolOutput !== "");
  const problem = problemIn(answer?.toolOutput ?? "");
  if (problem === undefined || PENDING.has(problem)) return;
  // The same reason that the update's end may state, whichever is seen first.
  if (OBSTACLES.has(problem)) throw obstacle(problem);
  if (REFUSALS.some((refusal) => refusal.test(problem))) {
    throw new BlockedError(
      "self-update",
      `the gateway does not take update.run from its agent here: ${problem}`,
    );
  }
  throw new QaError(`the agent's call of update.run failed: ${problem}`, {
    code: FAILED,
    fault: "product",
  });
}

/** What went wrong, by the answer of the agent's tool: its reason, else its error; undefined when nothing did. */
function problemIn(toolOutput: string): string | undefined {
  const answer = parseAnswer(toolOutput);
  const { ok, status, error, result } = answer;
  if (ok !== false && status !== "error") return undefined;
  const reason = answer.reason ?? (result as JsonObject | null | undefined)?.reason;
  return String(reason ?? error ?? status ?? "no reason given");
}

function parseAnswer(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as JsonObject) : {};
  } catch {
    return /^(?:Error\b|Tool \S+ not found)/.test(text) ? { status: "error", error: text } : {};
  }
}

function describeStep({ name, step, status, exitCode, log, detail }: JsonObject): string {
  const { exitCode: logged, stderrTail } = (log ?? {}) as JsonObject;
  const outcome = exitCode ?? logged ?? status;
  return [`${name ?? step}: ${outcome}`, stderrTail ?? detail].filter(Boolean).join("\n");
}

/** The update that an agent was asked for, judged once, when the process that it brought is ready. */
async function expectUpdate(context: ActionContext, { update }: { update: Matcher }): Promise<object> {
  const { scene } = context;
  const before = scene.restartFrom;
  if (!before) throw badArgument("expectUpdate: nothing says which process is to be updated");
  const timeoutMs = limitOf(context, UPDATE_TIMEOUT_MS);
  const { bootId, version } = await waitForUpdate(context, { before, timeoutMs });
  const outageMs = await scene.outage.end();
  const value = { bootId, version, ...(outageMs === undefined ? {} : { outageMs }) };
  if (!matches(update, value)) throw unexpected("the update", update, value);
  return value;
}

const UPDATED = record({ bootId: STRING, version: STRING }, { outageMs: NUMBER });

export const updateActions = actionsOf("update", (define) => ({
  waitForUpdate: define({
    summary:
      "Waits until a requested update has brought a process other than that of `before`, and until that is ready. Ends the scenario as *blocked* where the gateway says that it cannot update itself in this environment, or does not take the call from its agent; an update that fails is an error, and so is a call of the agent that fails.",
    params: { before: BEFORE, timeoutMs: milliseconds(UPDATE_TIMEOUT_MS) },
    main: "before",
    positional: ["env", "before", members("options?")],
    inSteps: "`expectUpdate`",
    returns: IDENTITY,
    budgetMs: ({ timeoutMs }) => timeoutMs,
    run: waitForUpdate,
  }),
  expectUpdate: define({
    summary:
      "The update that the gateway's agent was asked for: like `expectRestart`, but an update that fails, or a call of the agent that fails, is a failure at once; where the gateway cannot update itself in this environment, or does not take the call from its agent, the scenario ends as *blocked*.",
    params: { update: matcherOf(UPDATED, "the new process, and how long its address did not answer") },
    main: "update",
    returns: UPDATED,
    statement: "expects",
    effect: "reads",
    run: expectUpdate,
  }),
}));
