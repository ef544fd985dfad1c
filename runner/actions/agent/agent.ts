import { BlockedError, QaError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json.ts";
import { stretched } from "../../base/slow.ts";
import { RpcError } from "../../gateway/rpc/errors.ts";
import { agentDelivery } from "../channel/transport.ts";
import type { ActionContext } from "../context.ts";
import { actionsOf, members } from "../define.ts";
import { BOOLEAN, milliseconds, record, STRING, type ValuesOf } from "../schema.ts";
import { SESSION_KEY } from "./schemas.ts";

const TURN_TIMEOUT_MS = 30_000;
/** What different releases call a turn that ended well. */
export const SUCCESS: ReadonlySet<string> = new Set(["ok", "completed", "succeeded"]);
/** The gateway's own wait ends first, so that its answer and not our watchdog reports a slow turn. */
const WAIT_GRACE_MS = 5_000;

/** Where replies go by default. */
export const DEFAULT_TARGET = "dm:qa-operator";

const ATTACHMENT = record({ mimeType: STRING, fileName: STRING, content: STRING });

const PROMPT_PARAMS = {
  message: { ...STRING, description: "the message to the agent" },
  sessionKey: SESSION_KEY,
  to: { ...STRING, default: DEFAULT_TARGET, description: "where the reply goes" },
  threadId: { ...STRING, optional: true },
  provider: { ...STRING, optional: true },
  model: { ...STRING, optional: true },
  attachments: { type: "array", items: ATTACHMENT, optional: true, description: "`content` is base64" },
  taskTracking: {
    ...BOOLEAN,
    optional: true,
    description: "false: as a chat client sends a message (`chat.send`), without a task of its own",
  },
  timeoutMs: milliseconds(TURN_TIMEOUT_MS),
} as const;

type AgentPrompt = ValuesOf<typeof PROMPT_PARAMS>;

interface RunResult extends JsonObject {
  status?: string;
  error?: string;
}

export async function startRun(context: ActionContext, prompt: AgentPrompt): Promise<{ runId: string }> {
  const [method, params] = prompt.taskTracking === false ? chatSend(prompt) : agentTurn(context, prompt);
  let started: JsonObject;
  try {
    started = await context.call(method, params);
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
      idempotencyKey: crypto.randomUUID(),
      deliver: true,
      ...agentDelivery(prompt.to),
      ...(threadId ? { threadId } : {}),
      ...(provider ? { provider } : {}),
      ...(model ? { model } : {}),
      ...(attachments ? { attachments } : {}),
    },
  ];
}

function chatSend({ sessionKey, message, to, attachments }: AgentPrompt): Call {
  const { replyChannel, replyTo } = agentDelivery(to);
  return [
    "chat.send",
    {
      sessionKey,
      message,
      idempotencyKey: crypto.randomUUID(),
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

/** The end of a turn, or the status `timeout` where it did not end in time. */
export async function waitForRun(
  context: ActionContext,
  runId: string,
  timeoutMs: number,
): Promise<RunResult> {
  // The gateway keeps this limit, and knows nothing of a slow machine.
  const limit = { runId, timeoutMs: stretched(timeoutMs) };
  return context.call("agent.wait", limit, { timeoutMs: timeoutMs + WAIT_GRACE_MS });
}

/** Starts a turn and waits for its end; a turn that fails or does not end is an error. */
export async function runPrompt(context: ActionContext, prompt: AgentPrompt): Promise<RunResult> {
  const { timeoutMs } = prompt;
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

const RUN = record({ runId: STRING }, { status: STRING });
const WAITED = record({ status: STRING }, { error: {} });
const promptBudget = ({ timeoutMs }: AgentPrompt) => timeoutMs + 2 * WAIT_GRACE_MS;

export const agentActions = actionsOf("agent", (define) => ({
  startAgentRun: define({
    summary: "Starts an agent turn whose reply goes to the QA channel, and returns at once.",
    params: PROMPT_PARAMS,
    main: "message",
    positional: ["env", members("prompt")],
    inSteps: "`startTurn`",
    returns: RUN,
    effect: "converses",
    needs: "qa-channel",
    budgetMs: promptBudget,
    run: startRun,
  }),
  waitForAgentRun: define({
    summary: "Waits for the end of a turn (`agent.wait`); a turn that fails is reported, not thrown.",
    params: {
      runId: { ...STRING, description: "from `startAgentRun`" },
      timeoutMs: milliseconds(TURN_TIMEOUT_MS),
    },
    main: "runId",
    positional: ["env", "runId", "timeoutMs"],
    inSteps: "`expectTurn`",
    returns: WAITED,
    effect: "reads",
    budgetMs: ({ timeoutMs }) => timeoutMs + WAIT_GRACE_MS,
    run: (context, { runId, timeoutMs }) => waitForRun(context, runId, timeoutMs),
  }),
  runAgentPrompt: define({
    summary: "Runs one agent turn to its end. Fails when the turn fails or does not end in time.",
    params: PROMPT_PARAMS,
    main: "message",
    positional: ["env", members("prompt")],
    inSteps: "`ask`",
    returns: record({ runId: STRING, status: STRING, started: RUN, waited: WAITED }),
    effect: "converses",
    needs: "qa-channel",
    budgetMs: promptBudget,
    run: runPrompt,
  }),
}));
