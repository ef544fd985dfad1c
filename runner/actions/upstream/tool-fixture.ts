import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { BlockedError, QaError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json.ts";
import { DEFAULT_TARGET, runPrompt } from "../agent/agent.ts";
import { createSession } from "../agent/sessions.ts";
import { summarizeTranscript } from "../agent/transcript-summary.ts";
import { readHistory } from "../agent/transcripts.ts";
import { badArgument } from "../bad-argument.ts";
import type { ActionContext } from "../context.ts";
import { actionsOf, members } from "../define.ts";
import { liveTurnTimeout } from "../env/core.ts";
import { effectiveTools } from "../extensions/tools.ts";
import { BOOLEAN, record, STRING, type ValuesOf } from "../schema.ts";
import { ensureImageGeneration } from "./images.ts";
import { EDITABLE_FILE, isToolOfReleases, toolArguments } from "./tool-arguments.ts";
import { toolPayload } from "./tool-payload.ts";

const TURN_MS = 45_000;

const KNOWN_PROBLEM = { ...record({}, { issue: STRING, reason: STRING }), optional: true } as const;

const FIXTURE_PARAMS = {
  toolName: { ...STRING, description: "the tool" },
  happyPrompt: { ...STRING, optional: true, description: "makes the agent call it" },
  failurePrompt: {
    ...STRING,
    optional: true,
    description: "makes the agent call it with input that it must refuse",
  },
  expectedAvailable: {
    ...BOOLEAN,
    optional: true,
    description: "false: that the tool is missing is only reported",
  },
  ensureImageGeneration: { ...BOOLEAN, optional: true, description: "configures a model that makes images" },
  knownBroken: KNOWN_PROBLEM,
  knownHarnessGap: KNOWN_PROBLEM,
  promptSnippet: { ...STRING, optional: true, description: "accepted for upstream's scenarios" },
  failurePromptSnippet: { ...STRING, optional: true, description: "accepted for upstream's scenarios" },
} as const;

type ToolFixture = ValuesOf<typeof FIXTURE_PARAMS>;

type Path = "happy" | "failure";

/**
 * Shows that the agent can use one tool: it is offered, a turn calls it and gets a result, and a
 * call that must be refused is refused. What a fixture declares as known is neither a failure nor a
 * success: the scenario is blocked.
 */
async function runFixture(context: ActionContext, fixture: ToolFixture): Promise<string> {
  const { toolName } = fixture;
  if (!toolName) {
    throw badArgument("runRuntimeToolFixture: the config has no `toolName`");
  }
  if (fixture.ensureImageGeneration) await ensureImageGeneration(context);
  if (context.gateway.capabilities.has("workspace")) {
    await writeFile(join(context.gateway.workspaceDir, EDITABLE_FILE), "before edit\n");
  }
  const happySession = await session(context, toolName, "happy");
  const failureSession = await session(context, toolName, "failure");
  const tools = await effectiveTools(context, happySession);
  if (!tools.has(toolName)) return reportMissing(context, fixture, tools);

  const happy = await playTurn(context, fixture, "happy", happySession);
  const failure = await playTurn(context, fixture, "failure", failureSession);
  return [happy, failure].join("\n");
}

function session(context: ActionContext, toolName: string, path: Path): Promise<string> {
  const key = `agent:${context.agentId}:runtime-tool:${toolName}:${path}`;
  return createSession(context, `Tool fixture: ${toolName}, ${path}`, key);
}

function reportMissing({ gateway }: ActionContext, fixture: ToolFixture, tools: Set<string>): string {
  const { toolName, expectedAvailable } = fixture;
  const offered = `offered: ${[...tools].sort().join(", ")}`;
  if (expectedAvailable === false) return `${toolName} is not offered, as the fixture expects; ${offered}`;
  const problem = "it is not among the tools that the agent is offered";
  throwKnown(fixture, problem);
  if (gateway.facts.target === "embedded" && isToolOfReleases(toolName)) {
    throw new BlockedError(
      `tool:${toolName}`,
      `the embedded gateway has no ${toolName}, which releases have`,
      "Run it on a release (--gateway openclaw@…)",
    );
  }
  throw new QaError(`${toolName}: ${problem}`, {
    code: "tool-missing",
    fault: "product",
    details: offered,
  });
}

async function playTurn(
  context: ActionContext,
  fixture: ToolFixture,
  path: Path,
  sessionKey: string,
): Promise<string> {
  const { toolName } = fixture;
  const requestsBefore = context.model?.requests.length ?? 0;
  const { length: before } = await readHistory(context, sessionKey);
  await runPrompt(context, {
    to: DEFAULT_TARGET,
    sessionKey,
    message: promptOf(fixture, path),
    timeoutMs: liveTurnTimeout(context.providerMode, TURN_MS),
  });
  const problem = problemIn(await readHistory(context, sessionKey), before, toolName, path);
  if (problem) {
    throwKnown(fixture, `${path} path: ${problem}`);
    throw new QaError(`${toolName}, ${path} path: ${problem}`, { code: "tool-fixture", fault: "product" });
  }
  return `${toolName}, ${path} path: ${plannedArguments(context, toolName, requestsBefore)}`;
}

function promptOf({ toolName, happyPrompt, failurePrompt }: ToolFixture, path: Path): string {
  const given = path === "happy" ? happyPrompt : failurePrompt;
  const check = path === "happy" ? "Tool check" : "Tool check failure";
  const call = `${toolName} tool with ${JSON.stringify(toolArguments(toolName, path))}`;
  return given ?? `${check} target=${toolName}: call the ${call}, then summarize what it gave.`;
}

/** By the transcript, which has the result of each call: another tool may have answered in the turn as well. */
function problemIn(messages: readonly JsonObject[], before: number, toolName: string, path: Path) {
  const { assistantToolCallCounts, completedToolCallCounts, successfulToolCallCounts } = summarizeTranscript(
    messages,
    before,
  );
  if (!assistantToolCallCounts[toolName]) return "the model never called it";
  if (!completedToolCallCounts[toolName]) return "the call never got a result";
  if (path === "happy") return undefined;
  const refused =
    completedToolCallCounts[toolName] > (successfulToolCallCounts[toolName] ?? 0) ||
    messages.slice(before).some((message) => message.toolName === toolName && isRefusal(message));
  return refused ? undefined : "the call was not refused";
}

/** Some tools return a refusal as their result. */
function isRefusal(message: JsonObject): boolean {
  const payload = toolPayload(message);
  const { status, ok } = (typeof payload === "object" && payload !== null ? payload : {}) as JsonObject;
  return status === "error" || ok === false;
}

function plannedArguments({ model }: ActionContext, toolName: string, before: number): string {
  const planned = model?.requests.slice(before).find(({ plannedToolName }) => plannedToolName === toolName);
  return planned ? `called with ${JSON.stringify(planned.plannedToolArgs)}` : "called";
}

/** @throws BlockedError with what happened and what the fixture says of it, if it says something */
function throwKnown({ toolName, knownBroken, knownHarnessGap }: ToolFixture, problem: string): void {
  const known = knownBroken ?? knownHarnessGap;
  if (!known) return;
  const { reason = "without a reason", issue } = known;
  throw new BlockedError(
    `tool:${toolName}`,
    `${toolName}: ${problem}. The scenario's file declares it as known${issue ? ` (${issue})` : ""}: ${reason}`,
  );
}

export const toolFixtureActions = actionsOf("tools", (define) => ({
  runRuntimeToolFixture: define({
    summary:
      "Shows that the agent can use one tool: it is offered, a turn calls it and gets a result, and a call that must be refused is refused, by the transcript. A failure that is declared as known ends the scenario as *blocked*.",
    params: FIXTURE_PARAMS,
    main: "toolName",
    positional: ["env", members("fixture")],
    returns: { ...STRING, description: "what was called" },
    budgetMs: () => 4 * TURN_MS,
    run: runFixture,
  }),
}));
