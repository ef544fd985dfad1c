import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { BlockedError, QaError } from "../errors.ts";
import type { RecordedRequest } from "../model/recorder.ts";
import { type ActionContext, actionsOf, ENV_PARAMETER } from "./action.ts";
import { runPrompt } from "./agent.ts";
import { liveTurnTimeout } from "./core.ts";
import { ensureImageGeneration } from "./images.ts";
import { effectiveTools } from "./tools.ts";
import { summarizeTranscript, type TranscriptSummary } from "./transcript-summary.ts";
import { readHistory } from "./transcripts.ts";

/** Tools that edit need something to edit. */
const EDITABLE_FILE = "runtime-tool-fixture-edit.txt";
const TURN_MS = 45_000;

interface ToolFixture {
  toolName: string;
  /** False: that the tool is missing is only reported. */
  expectedAvailable?: boolean;
  happyPrompt?: string;
  failurePrompt?: string;
  /** Part of the prompt by which the model's requests of a turn are told from others. */
  promptSnippet?: string;
  failurePromptSnippet?: string;
  ensureImageGeneration?: boolean;
  knownBroken?: KnownProblem;
  knownHarnessGap?: KnownProblem;
}

interface KnownProblem {
  issue?: string;
  reason?: string;
}

type Path = "happy" | "failure";

/**
 * Shows that the agent can use one tool: it is offered, a turn calls it and gets a result, and so does a turn that
 * must be refused. What a fixture declares as known is no failure, but no success either: the scenario is blocked.
 */
async function runFixture(context: ActionContext, _env: object, fixture: ToolFixture): Promise<string> {
  const { toolName } = fixture;
  if (!toolName) {
    throw new QaError("runRuntimeToolFixture: the config has no `toolName`", {
      code: "bad-argument",
      fault: "scenario",
    });
  }
  if (fixture.ensureImageGeneration) await ensureImageGeneration(context);
  if (context.gateway.capabilities.has("workspace")) {
    await writeFile(join(context.gateway.workspaceDir, EDITABLE_FILE), "before edit\n");
  }
  const happySession = await session(context, toolName, "happy");
  const failureSession = await session(context, toolName, "failure");
  const tools = await effectiveTools(context, happySession);
  if (!tools.has(toolName)) return reportMissing(fixture, tools);

  const happy = await playTurn(context, fixture, "happy", happySession);
  const failure = await playTurn(context, fixture, "failure", failureSession);
  return [happy, failure].join("\n");
}

async function session(context: ActionContext, toolName: string, path: Path): Promise<string> {
  const { key } = await context.gateway.call(
    "sessions.create",
    {
      label: `Tool fixture: ${toolName}, ${path}`,
      key: `agent:${context.agentId}:runtime-tool:${toolName}:${path}`,
    },
    { signal: context.signal() },
  );
  return String(key);
}

function reportMissing(
  { toolName, expectedAvailable, knownBroken, knownHarnessGap }: ToolFixture,
  tools: Set<string>,
): string {
  const offered = `offered: ${[...tools].sort().join(", ")}`;
  if (expectedAvailable === false) return `${toolName} is not offered, as the fixture expects; ${offered}`;
  throwKnown(toolName, knownBroken ?? knownHarnessGap);
  throw new QaError(`${toolName} is not among the tools that the agent is offered`, {
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
  const before = context.model?.requests.length ?? 0;
  await runPrompt(context, {
    sessionKey,
    message: promptOf(fixture, path),
    timeoutMs: liveTurnTimeout(context.providerMode, TURN_MS),
  });
  const problem = context.model
    ? problemInRequests(context.model.requests.slice(before), fixture, path)
    : problemInTranscript(summarizeTranscript(await readHistory(context, sessionKey)), toolName, path);
  if (problem) {
    throwKnown(toolName, fixture.knownHarnessGap);
    throw new QaError(`${toolName}, ${path} path: ${problem}`, { code: "tool-fixture", fault: "product" });
  }
  return `${toolName}, ${path} path: ${plannedArguments(context, toolName, before)}`;
}

function promptOf({ toolName, happyPrompt, failurePrompt }: ToolFixture, path: Path): string {
  return path === "happy"
    ? (happyPrompt ??
        `Tool check target=${toolName}: call the ${toolName} tool once, then summarize what it gave.`)
    : (failurePrompt ??
        `Tool check failure target=${toolName}: call the ${toolName} tool once with input that it must refuse, then summarize.`);
}

/** The model planned the call, and a later request of the turn carries what the gateway made of it. */
function problemInRequests(
  requests: readonly RecordedRequest[],
  { toolName, promptSnippet, failurePromptSnippet }: ToolFixture,
  path: Path,
): string | undefined {
  const snippet = path === "happy" ? promptSnippet : failurePromptSnippet;
  const ofTurn = requests.filter(
    ({ allInputText }) => snippet === undefined || allInputText.includes(snippet),
  );
  const planned = ofTurn.findIndex(({ plannedToolName }) => plannedToolName === toolName);
  if (planned < 0) return "the model never called it";
  const hasResult = ofTurn.slice(planned + 1).some(({ toolOutput }) => toolOutput.trim() !== "");
  return hasResult ? undefined : "the call never got a result";
}

function problemInTranscript(
  { assistantToolCallCounts, completedToolCallCounts, successfulToolCallCounts }: TranscriptSummary,
  toolName: string,
  path: Path,
): string | undefined {
  if (!assistantToolCallCounts[toolName]) return "the model never called it";
  if (!completedToolCallCounts[toolName]) return "the call never got a result";
  const refused = completedToolCallCounts[toolName] > (successfulToolCallCounts[toolName] ?? 0);
  return path === "failure" && !refused ? "the call was not refused" : undefined;
}

function plannedArguments({ model }: ActionContext, toolName: string, before: number): string {
  const planned = model?.requests.slice(before).find(({ plannedToolName }) => plannedToolName === toolName);
  return planned ? `called with ${JSON.stringify(planned.plannedToolArgs)}` : "called";
}

function throwKnown(toolName: string, known: KnownProblem | undefined): void {
  if (!known) return;
  const reason = known.reason ?? "a known problem of the fixture";
  throw new BlockedError(
    `tool:${toolName}`,
    `${toolName}: ${reason}${known.issue ? ` (${known.issue})` : ""}`,
  );
}

export const toolFixtureActions = actionsOf("tools", (define) => ({
  runRuntimeToolFixture: define({
    summary:
      "Shows that the agent can use one tool: it is offered, a turn calls it and gets a result, and a turn that must be refused gets one as well. What the fixture declares as known ends the scenario as *blocked*.",
    params: [
      ENV_PARAMETER,
      {
        name: "fixture",
        type: "{ toolName, happyPrompt?, failurePrompt?, promptSnippet?, failurePromptSnippet?, expectedAvailable?, ensureImageGeneration?, knownBroken?, knownHarnessGap? }",
        description:
          "usually `config`; `expectedAvailable: false`: that the tool is missing is only reported",
      },
    ],
    returns: "string: what was called",
    budgetMs: () => 4 * TURN_MS,
    run: runFixture,
  }),
}));
