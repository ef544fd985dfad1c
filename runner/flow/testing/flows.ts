import { outlineMarkdown } from "../../scenario/markdown/markdown.ts";
import { readStepSections } from "../../scenario/markdown/step-sections.ts";
import { Diagnostics } from "../../scenario/source/diagnostic.ts";
import type { LocatedNode } from "../../scenario/source/locate.ts";
import { SourceFile } from "../../scenario/source/source.ts";
import type { FlowSource } from "../../scenario/types.ts";
import { parseYamlPiece } from "../../scenario/yaml/yaml.ts";
import { type CompileOptions, compileFlow } from "../compile/compile.ts";
import { type FlowOptions, type FlowResult, runFlow } from "../run/run.ts";
import type { CompiledFlow } from "../types.ts";
import type { Argument, FunctionEntry, StatementVocabulary, Vocabulary } from "../vocabulary.ts";

/** A vocabulary with the shapes of the real one: functions, nested and open objects, guarded names. */
const VOCABULARY: Vocabulary = {
  env: {
    kind: "object",
    summary: "",
    subject: "core",
    members: {
      gateway: {
        kind: "object",
        summary: "",
        subject: "gateway",
        members: {
          call: action("method", "params?", "options?"),
          pid: value("number"),
          runtimeEnv: value("object"),
        },
      },
    },
  },
  state: { kind: "object", summary: "", subject: "channel", members: { getSnapshot: atOnce(action()) } },
  transport: {
    kind: "object",
    summary: "",
    subject: "channel",
    open: true,
    members: { sendInbound: action("message"), waitForOutbound: action("expectation") },
  },
  vars: value("object"),
  config: value("object"),
  fs: { ...value("object"), permission: "fs" },
  reset: { ...action(), inSteps: "nothing: they count from the beginning of the scenario" },
  resetTransport: action(),
  randomUUID: atOnce(action()),
  sleep: { ...action("ms"), budgetMs: ({ ms }) => Number(ms) },
  waitForCondition: action("check", "timeoutMs?", "intervalMs?"),
  waitForGatewayHealthy: action("env", "timeoutMs?"),
  waitForQaChannelReady: { ...action("env", "timeoutMs?"), aliases: ["waitForChannelReady"] },
  waitForOutboundMessage: {
    ...action("state", "predicate", "timeoutMs?", "options?"),
    inSteps: "`expectMessage`",
  },
  writeWorkspaceSkill: action("options"),
  patchConfig: action("options"),
  readSkillStatus: action("env", "agentId?"),
  findSkill: atOnce(action("skills", "name")),
  runAgentPrompt: action("env", "options"),
  startAgentRun: action("env", "options"),
  createSession: action("env", "label", "key?"),
  readEffectiveTools: action("env", "sessionKey"),
  buildAgentSessionKey: atOnce(action("options")),
  liveTurnTimeoutMs: atOnce(action("env", "fallbackMs")),
  joinPath: atOnce(action("first", "...rest")),
};

const TEXT = { type: "string" } as const;
const ROOM = { ...TEXT, names: "room" } as const;
const MESSAGE = {
  type: "object",
  properties: { text: TEXT, conversation: { type: "object", properties: { id: TEXT } } },
  required: ["text"],
  asText: "text",
} as const;
/** A word alone is one of its kinds. */
const LOG_LINE = {
  type: "object",
  properties: {
    text: TEXT,
    kinds: { type: "array", items: { enum: ["module-not-found", "uncaught-error"] } },
  },
  asText: "text",
  asWord: "kinds",
} as const;
const SKILL = {
  type: "object",
  properties: { name: TEXT, eligible: { type: "boolean" }, uses: { type: "number" } },
  additionalProperties: true,
} as const;

/** Statements with the shapes of the real ones. */
const STATEMENTS: StatementVocabulary = {
  say: statement(
    "acts",
    "text",
    { text: TEXT, as: { ...TEXT, default: "alice", names: "room" }, in: { ...ROOM, optional: true } },
    MESSAGE,
  ),
  ask: {
    ...statement("acts", "text", { text: TEXT, reply: { matches: MESSAGE, optional: true } }),
    reply: "taken",
  },
  patchConfig: statement("acts", "patch", {
    patch: { type: "object" },
    wait: { enum: ["applied", "answer"], default: "applied" },
  }),
  rpc: statement("acts", "method", { method: { ...TEXT, known: ["config.get", "node.list", "health"] } }),
  holdModel: statement("acts", "name", { name: { ...TEXT, optional: true } }),
  expectNoRestart: statement("expects", undefined, {}),
  expectReply: {
    ...statement("expects", "reply", { reply: { matches: MESSAGE } }, MESSAGE),
    reply: "wanted",
  },
  expectMessage: statement(
    "counts",
    "message",
    { message: { matches: MESSAGE }, in: { ...ROOM, optional: true } },
    MESSAGE,
  ),
  expectLog: statement("counts", "line", { line: { matches: LOG_LINE } }, TEXT),
  expectSkill: statement("expects", "name", { name: TEXT, is: { matches: SKILL, optional: true } }, SKILL),
  expectNoMessage: statement("expects", "message", { message: { matches: MESSAGE, optional: true } }),
  expectMessages: statement("expects", "messages", {
    messages: { type: "array", items: { matches: MESSAGE } },
  }),
  expectLists: statement("expects", "list", { list: { matches: { type: "array", items: MESSAGE } } }),
  expectInOrder: statement("expects", "events", { events: { statements: ["expectMessage"] } }),
  expectRequest: {
    ...statement("counts", "request", {
      request: {
        matches: {
          type: "object",
          properties: {
            service: { ...TEXT, nameOf: "http" },
            path: TEXT,
            headers: { type: "object", lowerCaseNames: true },
          },
          asText: "path",
        },
      },
    }),
    declared: { key: "http", example: "http: { tides: [{ path: /now }] }" },
  },
  gatewayCli: statement("acts", "args", {
    args: { type: "array", items: TEXT },
    output: { matches: TEXT, optional: true },
    files: { type: "object", additionalProperties: { literal: true }, optional: true },
    code: { ...TEXT, literal: true, optional: true },
  }),
};

function statement(
  kind: FunctionEntry["statement"],
  main: string | undefined,
  params: FunctionEntry["params"],
  returns: FunctionEntry["returns"] = {},
): FunctionEntry {
  return {
    kind: "function",
    summary: "",
    subject: "core",
    params,
    returns,
    statement: kind,
    ...(main ? { main } : {}),
  };
}

function action(...args: string[]): FunctionEntry {
  return {
    kind: "function",
    summary: "",
    subject: "core",
    params: {},
    positional: args.map(argument),
    returns: {},
  };
}

function atOnce(entry: FunctionEntry): FunctionEntry {
  return { ...entry, sync: true };
}

function argument(text: string): Argument {
  return {
    name: text.replace(/^\.\.\.|\?$/g, ""),
    takes: text.startsWith("...") ? "rest" : "value",
    optional: text.endsWith("?"),
  };
}

function value(type: string) {
  return { kind: "value", summary: "", subject: "core", type: { type } } as const;
}

/** What a Markdown scenario does: its flow fence, or its steps below headings. */
export function flowOfMarkdown(markdown: string, name = "scenario.md"): FlowSource {
  const { fences, sections } = outlineMarkdown(markdown);
  const steps = fences.filter(({ info }) => info.includes("qa-step"));
  if (steps.length > 0) {
    const source = new SourceFile(name, `/pack/${name}`, markdown);
    const plain = fences.filter(({ info }) => info.join(" ") === "yaml");
    return readStepSections(source, sections, steps, new Diagnostics(), true, plain);
  }
  return flowFence(markdown, name);
}

function flowFence(markdown: string, name: string): LocatedNode {
  const block = outlineMarkdown(markdown).fences.find(({ info }) => info.includes("qa-flow"));
  if (!block) throw new Error(`${name} has no yaml qa-flow fence`);
  const file = new SourceFile(name, `/pack/${name}`, markdown);
  const { root, diagnostics } = parseYamlPiece(file, block.content, block.contentStart, block.end);
  if (!root) throw new Error(`${name}: ${diagnostics.map(({ message }) => message).join("; ")}`);
  return root;
}

/** A flow of one step, from the YAML of its actions. */
export function flowOfActions(actions: string, ...stepLines: string[]): LocatedNode {
  const lines = actions.split("\n").map((line) => `      ${line}`);
  const yaml = [
    "steps:",
    "  - name: only",
    ...stepLines.map((line) => `    ${line}`),
    "    actions:",
    ...lines,
  ];
  return flowFence(["# Test", "", "```yaml qa-flow", ...yaml, "```", ""].join("\n"), "scenario.md");
}

export const OWN: CompileOptions = {
  vocabulary: VOCABULARY,
  statements: STATEMENTS,
  permissions: new Set(),
  pack: { foreign: false },
};
export const FOREIGN: CompileOptions = { ...OWN, pack: { foreign: true } };

/** @throws with the diagnostics if the flow has errors */
export function compileOrThrow(flow: FlowSource, options: CompileOptions = OWN): CompiledFlow {
  const compiled = compileFlow(flow, options);
  if (!compiled.flow)
    throw new Error(compiled.diagnostics.map(({ line, message }) => `${line}: ${message}`).join("\n"));
  return compiled.flow;
}

export interface TestRun extends FlowResult {
  /** Labels of the statements that began. */
  statements: string[];
}

/** Runs a flow with generous limits, after a journey to another process. */
export async function run(
  { vocabulary, statements: vocabularyOfSteps, ...plain }: CompiledFlow,
  options: Partial<FlowOptions> = {},
): Promise<TestRun> {
  const statements: string[] = [];
  const result = await runFlow(
    { ...structuredClone(plain), vocabulary, statements: vocabularyOfSteps },
    {
      api: {},
      config: {},
      host: {
        stepStarted: async () => {},
        leaveOut: async () => {},
        perform: async () => ({ value: undefined, later: [], notes: [] }),
      },
      signal: new AbortController().signal,
      observer: {
        stepStarted() {},
        statementStarted: ({ label }) => statements.push(label),
        statementEnded() {},
        stepFinished() {},
      },
      ...options,
      limits: { actionMs: 30_000, stepMs: 60_000, cleanupMs: 10_000, ...options.limits },
    },
  );
  return { ...result, statements };
}
