import type { ValueSchema } from "../../flow/vocabulary.ts";
import type { DrivenGateway } from "../../gateway/gateway.ts";
import { actionsOf, members } from "../define.ts";
import { METHOD_NAMES } from "../gateway/methods.generated.ts";
import { usageOf } from "../gateway/process-usage.ts";
import { effectOfCall, READING_METHODS } from "../gateway/reading-methods.ts";
import { IDENTITY, SIGNAL } from "../gateway/schemas.ts";
import { limitOf } from "../scene/limits.ts";
import {
  callback,
  milliseconds,
  NOTHING,
  NUMBER,
  OBJECT,
  opaque,
  record,
  STRING,
  STRINGS,
} from "../schema.ts";
import { type FlowObject, type FlowValue, value } from "./run.ts";

const NULLABLE_NUMBER = {
  anyOf: [NUMBER, { type: "null" }],
  description: "null where the system does not say",
} as const;

/** A gateway does not say of all of its methods that it has them, and plugins bring others. */
const KNOWN_METHODS = [...new Set([...METHOD_NAMES, ...READING_METHODS])];

const gatewayActions = actionsOf("env", (define) => ({
  call: define({
    summary: "One RPC, as an operator with all scopes. Returns the answer's payload.",
    params: {
      method: { ...STRING, known: KNOWN_METHODS, description: "for instance `config.get`" },
      params: { optional: true, description: "the method's parameters" },
      timeoutMs: milliseconds(20_000),
    },
    main: "method",
    positional: ["method", "params", members("options?")],
    returns: OBJECT,
    effect: ({ method }) => effectOfCall(method),
    statement: "acts",
    budgetMs: ({ timeoutMs }) => timeoutMs,
    run: (context, { method, params, timeoutMs }) =>
      context.call(method, params, { timeoutMs: limitOf(context, timeoutMs) }),
  }),
  logs: define({
    summary: "The whole log so far, redacted.",
    positional: [],
    inSteps: "`expectLog`",
    returns: STRING,
    effect: "reads",
    sync: true,
    run: ({ gateway }) => gateway.logs(),
  }),
  markLogs: define({
    summary: "A mark for `readLogsSince`.",
    positional: [],
    inSteps: "nothing: `expectLog` counts from the beginning of the scenario",
    returns: NUMBER,
    effect: "reads",
    sync: true,
    run: ({ gateway }) => gateway.markLogs(),
  }),
  readLogsSince: define({
    summary: "The log after a mark.",
    params: { mark: { ...NUMBER, description: "from `markLogs`" } },
    main: "mark",
    positional: ["mark"],
    inSteps: "`expectLog`",
    returns: STRING,
    effect: "reads",
    sync: true,
    run: ({ gateway }, { mark }) => gateway.readLogsSince(mark),
  }),
  identity: define({
    summary: "See `readGatewayIdentity`.",
    positional: [],
    inSteps: "`expectGateway`",
    returns: IDENTITY,
    effect: "reads",
    run: (context) => context.identity(),
  }),
  restart: define({
    summary: "Asks the gateway to restart and waits until it is back.",
    params: {
      signal: {
        optional: true,
        description: "accepted for upstream's scenarios; the gateway is asked in the way that it understands",
      },
    },
    positional: ["signal"],
    inSteps: "`restartGateway`",
    returns: NOTHING,
    budgetMs: () => 90_000,
    run: ({ gateway }) => gateway.restart(),
  }),
  restartAfterStateMutation: define({
    summary: "Stops the gateway, lets a function change files, starts it again on the same port.",
    params: {
      mutate: callback<(gateway: DrivenGateway) => unknown>(
        "({ configPath, stateDir, tempRoot, runtimeEnv }) => unknown",
        "runs while the gateway is down",
      ),
    },
    main: "mutate",
    positional: ["mutate"],
    inSteps: "`stopAndStart`",
    returns: NOTHING,
    budgetMs: () => 120_000,
    run: ({ gateway }, { mutate }) => gateway.restartAfterStateMutation(mutate),
  }),
  stop: define({
    summary: "Stops the gateway process.",
    positional: [],
    inSteps: "`stopAndStart`, or `signalGateway`",
    returns: NOTHING,
    run: ({ gateway }) => gateway.stop(),
  }),
  signalProcess: define({
    summary: "Sends a signal to the gateway process.",
    params: { signal: SIGNAL },
    main: "signal",
    positional: ["signal"],
    inSteps: "`signalGateway`",
    returns: NOTHING,
    sync: true,
    run: ({ gateway }, { signal }) => gateway.signalProcess(signal),
  }),
  getProcessCpuMs: define({
    summary: "Processor time that the gateway process and its descendants have used, in milliseconds.",
    positional: [],
    inSteps: "`expectProcess`",
    returns: NULLABLE_NUMBER,
    effect: "reads",
    sync: true,
    run: ({ gateway }) => usageOf(gateway.pid)?.cpuMs ?? null,
  }),
  getProcessRssBytes: define({
    summary: "Memory that the gateway process and its descendants hold, in bytes.",
    positional: [],
    inSteps: "`expectProcess`",
    returns: NULLABLE_NUMBER,
    effect: "reads",
    sync: true,
    run: ({ gateway }) => usageOf(gateway.pid)?.rssBytes ?? null,
  }),
}));

/** The same call as a statement. */
export const rpcAction = gatewayActions.call;

function fact(type: ValueSchema, summary: string, read: (gateway: DrivenGateway) => unknown): FlowValue {
  return value("env", type, summary, ({ context }) => read(context.gateway));
}

/** `env.gateway`: the gateway in the words of flows. Its values are read when a flow asks for them. */
export const gatewayObject: FlowObject = {
  kind: "object",
  subject: "env",
  summary: "The gateway under test.",
  members: {
    ...gatewayActions,
    facts: fact(OBJECT, "Target, product, version and boot times.", ({ facts }) => facts),
    capabilities: fact(
      opaque("Set"),
      "What this kind of gateway can do for scenarios.",
      ({ capabilities }) => capabilities,
    ),
    baseUrl: fact(STRING, "For HTTP; `/healthz` and `/readyz` lie below it.", ({ baseUrl }) => baseUrl),
    port: fact(
      { ...STRING, description: "its digits" },
      "Where it listens, as its command line takes it.",
      ({ baseUrl }) => new URL(baseUrl).port,
    ),
    wsUrl: fact(STRING, "For a WebSocket client of your own.", ({ wsUrl }) => wsUrl),
    token: fact(STRING, "Operator token; never shown in reports.", ({ token }) => token),
    tempRoot: fact(STRING, "Folder that holds everything of this gateway.", ({ tempRoot }) => tempRoot),
    workspaceDir: fact(STRING, "The agent's workspace.", ({ workspaceDir }) => workspaceDir),
    stateDir: fact(STRING, "The gateway's state.", ({ stateDir }) => stateDir),
    configPath: fact(STRING, "The config file.", ({ configPath }) => configPath),
    runtimeEnv: fact(OBJECT, "Environment of the gateway process.", ({ runtimeEnv }) => runtimeEnv),
    cfg: value("env", OBJECT, "The config that the gateway was started with.", ({ facts }) => facts.cfg),
    cliCommand: fact(
      {
        ...record({ executablePath: STRING, argsPrefix: STRINGS, cwd: STRING }),
        optional: true,
      },
      "The gateway's own command line; see also `runGatewayCli`.",
      (gateway) => {
        const command = gateway.cliCommand();
        return command && { executablePath: command.file, argsPrefix: command.args, cwd: command.cwd };
      },
    ),
    evidenceIdentity: fact(
      record({ target: STRING, product: STRING, version: STRING }, { buildId: STRING }),
      "What names this gateway in evidence.",
      ({ facts: { target, product, version, buildId } }) => ({ target, product, version, buildId }),
    ),
    pid: fact(
      { ...NUMBER, optional: true },
      "Of the running process; a restart may keep it, so compare boot ids.",
      ({ pid }) => pid,
    ),
  },
};
