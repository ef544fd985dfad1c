import { randomUUID } from "node:crypto";
import { QaError } from "../errors.ts";
import type { JsonObject } from "../gateway/gateway.ts";
import { type ActionContext, actionsOf, ENV_PARAMETER } from "./action.ts";

const DEFAULT_TARGET = "dm:qa-operator";
const TURN_TIMEOUT_MS = 30_000;
/** The gateway's own wait ends first, so that its answer and not our watchdog reports a slow turn. */
const WAIT_GRACE_MS = 5_000;

interface AgentPrompt {
  sessionKey: string;
  message: string;
  to?: string;
  threadId?: string;
  provider?: string;
  model?: string;
  timeoutMs?: number;
}

interface RunResult extends JsonObject {
  status?: string;
  error?: string;
}

async function startRun(context: ActionContext, prompt: AgentPrompt): Promise<{ runId: string }> {
  const to = prompt.to ?? DEFAULT_TARGET;
  const started = await context.gateway.call(
    "agent",
    {
      agentId: context.agentId,
      sessionKey: prompt.sessionKey,
      message: prompt.message,
      idempotencyKey: randomUUID(),
      deliver: true,
      channel: "qa-channel",
      to,
      replyChannel: "qa-channel",
      replyTo: to,
      ...(prompt.threadId ? { threadId: prompt.threadId } : {}),
      ...(prompt.provider ? { provider: prompt.provider } : {}),
      ...(prompt.model ? { model: prompt.model } : {}),
    },
    { signal: context.signal() },
  );
  if (typeof started.runId === "string") return started as { runId: string };
  throw new QaError(`agent returned no runId: ${JSON.stringify(started)}`, {
    code: "bad-answer",
    fault: "product",
  });
}

async function waitForRun(context: ActionContext, runId: string, timeoutMs: number): Promise<RunResult> {
  return context.gateway.call(
    "agent.wait",
    { runId, timeoutMs },
    { signal: context.signal(), timeoutMs: timeoutMs + WAIT_GRACE_MS },
  );
}

/** Starts a turn and waits for its end; a turn that fails or does not end is an error. */
async function runPrompt(context: ActionContext, _env: object, prompt: AgentPrompt): Promise<RunResult> {
  const timeoutMs = prompt.timeoutMs ?? TURN_TIMEOUT_MS;
  const { runId } = await startRun(context, prompt);
  const waited = await waitForRun(context, runId, timeoutMs);
  if (waited.status === "ok") return { ...waited, runId };
  const slow = waited.status === "timeout";
  throw new QaError(
    slow
      ? `the agent turn did not end within ${timeoutMs} ms`
      : `the agent turn ended with ${waited.status}: ${waited.error ?? "no reason given"}`,
    { code: slow ? "turn-timeout" : "turn-failed", fault: "product", details: `run ${runId}` },
  );
}

const PROMPT_TYPE = "{ sessionKey, message, to?, threadId?, provider?, model?, timeoutMs? }";
const promptBudget = ([, prompt]: readonly unknown[]) =>
  ((prompt as AgentPrompt | undefined)?.timeoutMs ?? TURN_TIMEOUT_MS) + 2 * WAIT_GRACE_MS;

export const agentActions = actionsOf("agent", (define) => ({
  startAgentRun: define({
    summary: "Starts an agent turn whose reply goes to the QA channel, and returns at once.",
    params: [
      ENV_PARAMETER,
      { name: "prompt", type: PROMPT_TYPE, description: "`to` defaults to `dm:qa-operator`" },
    ],
    returns: "{ runId, status }",
    needs: "qa-channel",
    budgetMs: promptBudget,
    run: (context, _env: object, prompt: AgentPrompt) => startRun(context, prompt),
  }),
  waitForAgentRun: define({
    summary: "Waits for the end of a turn (`agent.wait`); a turn that fails is reported, not thrown.",
    params: [
      ENV_PARAMETER,
      { name: "runId", type: "string", description: "from `startAgentRun`" },
      { name: "timeoutMs", type: "number", optional: true, description: "milliseconds; default 30 000" },
    ],
    returns: "{ status: ok | error | timeout, error? }",
    effect: "reads",
    budgetMs: ([, , timeoutMs]) => Number(timeoutMs ?? TURN_TIMEOUT_MS) + WAIT_GRACE_MS,
    run: (context, _env: object, runId: string, timeoutMs: number = TURN_TIMEOUT_MS) =>
      waitForRun(context, runId, timeoutMs),
  }),
  runAgentPrompt: define({
    summary: "Runs one agent turn to its end. Fails when the turn fails or does not end in time.",
    params: [
      ENV_PARAMETER,
      { name: "prompt", type: PROMPT_TYPE, description: "`to` defaults to `dm:qa-operator`" },
    ],
    returns: "{ runId, status }",
    needs: "qa-channel",
    budgetMs: promptBudget,
    run: runPrompt,
  }),
}));
