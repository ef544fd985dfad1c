import { randomUUID } from "node:crypto";
import { BlockedError, QaError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json.ts";
import { RpcError } from "../../gateway/rpc/errors.ts";
import { agentDelivery } from "../channel/transport.ts";
import { type ActionContext, actionsOf, ENV_PARAMETER } from "../define.ts";

const DEFAULT_TARGET = "dm:qa-operator";
const TURN_TIMEOUT_MS = 30_000;
/** Words of different releases for a turn that ended well. */
const SUCCESS: ReadonlySet<string> = new Set(["ok", "completed", "succeeded"]);
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
  attachments?: readonly Attachment[];
  /** False: as a chat client sends a message, without a task of its own. */
  taskTracking?: boolean;
}

interface Attachment {
  mimeType: string;
  fileName: string;
  /** Base64. */
  content: string;
}

interface RunResult extends JsonObject {
  status?: string;
  error?: string;
}

async function startRun(context: ActionContext, prompt: AgentPrompt): Promise<{ runId: string }> {
  const [method, params] = prompt.taskTracking === false ? chatSend(prompt) : agentTurn(context, prompt);
  let started: JsonObject;
  try {
    started = await context.gateway.call(method, params, { signal: context.signal() });
  } catch (error) {
    throw prompt.attachments && refusesAttachments(error) ? attachmentsMissing(error) : error;
  }
  if (typeof started.runId === "string") return started as { runId: string };
  throw new QaError(`${method} returned no runId: ${JSON.stringify(started)}`, {
    code: "bad-answer",
    fault: "product",
  });
}

type Call = [method: string, params: JsonObject];

function agentTurn(context: ActionContext, prompt: AgentPrompt): Call {
  const { threadId, provider, model, attachments } = prompt;
  return [
    "agent",
    {
      agentId: context.agentId,
      sessionKey: prompt.sessionKey,
      message: prompt.message,
      idempotencyKey: randomUUID(),
      deliver: true,
      ...agentDelivery(prompt.to ?? DEFAULT_TARGET),
      ...(threadId ? { threadId } : {}),
      ...(provider ? { provider } : {}),
      ...(model ? { model } : {}),
      ...(attachments ? { attachments } : {}),
    },
  ];
}

function chatSend({ sessionKey, message, to, attachments }: AgentPrompt): Call {
  const { replyChannel, replyTo } = agentDelivery(to ?? DEFAULT_TARGET);
  return [
    "chat.send",
    {
      sessionKey,
      message,
      idempotencyKey: randomUUID(),
      deliver: true,
      originatingChannel: replyChannel,
      originatingTo: replyTo,
      ...(attachments ? { attachments } : {}),
    },
  ];
}

function refusesAttachments(error: unknown): error is RpcError {
  return (
    error instanceof RpcError && error.rpcCode === "INVALID_REQUEST" && /attachment/i.test(error.message)
  );
}

function attachmentsMissing(error: RpcError): BlockedError {
  return new BlockedError("attachments", `this gateway lacks \`attachments\` of this kind: ${error.message}`);
}

async function waitForRun(context: ActionContext, runId: string, timeoutMs: number): Promise<RunResult> {
  return context.gateway.call(
    "agent.wait",
    { runId, timeoutMs },
    { signal: context.signal(), timeoutMs: timeoutMs + WAIT_GRACE_MS },
  );
}

/** Starts a turn and waits for its end; a turn that fails or does not end is an error. */
export async function runPrompt(context: ActionContext, prompt: AgentPrompt): Promise<RunResult> {
  const timeoutMs = prompt.timeoutMs ?? TURN_TIMEOUT_MS;
  const started = await startRun(context, prompt);
  const { runId } = started;
  const waited = await waitForRun(context, runId, timeoutMs);
  if (SUCCESS.has(String(waited.status))) return { ...waited, runId, started, waited };
  const slow = waited.status === "timeout";
  throw new QaError(
    slow
      ? `the agent turn did not end within ${timeoutMs} ms`
      : `the agent turn ended with ${waited.status}: ${waited.error ?? "no reason given"}`,
    { code: slow ? "turn-timeout" : "turn-failed", fault: "product", details: `run ${runId}` },
  );
}

const PROMPT_PARAMETER = {
  name: "prompt",
  type: "{ sessionKey, message, to?, threadId?, provider?, model?, attachments?, taskTracking?, timeoutMs? }",
  description:
    "`to` defaults to `dm:qa-operator`; an attachment is { mimeType, fileName, content } with base64 content; `taskTracking: false` sends the message as a chat client does (`chat.send`)",
} as const;
const promptBudget = ([, prompt]: readonly unknown[]) =>
  ((prompt as AgentPrompt | undefined)?.timeoutMs ?? TURN_TIMEOUT_MS) + 2 * WAIT_GRACE_MS;

export const agentActions = actionsOf("agent", (define) => ({
  startAgentRun: define({
    summary: "Starts an agent turn whose reply goes to the QA channel, and returns at once.",
    params: [ENV_PARAMETER, PROMPT_PARAMETER],
    returns: "{ runId, status }",
    effect: "converses",
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
    params: [ENV_PARAMETER, PROMPT_PARAMETER],
    returns: "{ runId, status, started, waited }",
    effect: "converses",
    needs: "qa-channel",
    budgetMs: promptBudget,
    run: (context, _env: object, prompt: AgentPrompt) => runPrompt(context, prompt),
  }),
}));
