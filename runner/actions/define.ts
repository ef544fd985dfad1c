import { BlockedError, QaError } from "../base/errors.ts";
import type { Teardown } from "../base/teardown.ts";
import type { Wakeups } from "../base/wakeups.ts";
import type { QaBus } from "../channel/bus.ts";
import type { FunctionEntry, Parameter, Permission } from "../flow/vocabulary.ts";
import type { Capability, GatewayUnderTest } from "../gateway/gateway.ts";
import type { ProviderMode } from "../gateway/provider-mode.ts";
import type { ScriptedModel } from "../model/scripted.ts";

/** What every action can reach. One per scenario. */
export interface ActionContext {
  gateway: GatewayUnderTest;
  /** Takes note of what a scenario reads of the gateway by another way than a call. */
  observed(what: string, answer: unknown): void;
  bus: QaBus;
  /** Undefined when the agent talks to a live provider. */
  model: ScriptedModel | undefined;
  wakeups: Wakeups;
  /** For what an action leaves running: it ends with the scenario. */
  teardown: Teardown;
  /** Signal of the action that is running: fires at its own limit, the step's, the scenario's and on Ctrl-C. */
  signal(): AbortSignal;
  providerMode: ProviderMode;
  /** `provider/model`. */
  primaryModel: string;
  /** Id of the agent that scenarios talk to. */
  agentId: string;
  /** Absolute root of the repository that the scenario belongs to. */
  referenceRoot: string;
  /** Absolute path of the scenario file. */
  scenarioPath: string;
  /** The scenario belongs to a pack of somebody else's. */
  foreign: boolean;
  /** What the scenario may use beyond the flow API. */
  permissions: ReadonlySet<Permission>;
}

/** One function of the flow vocabulary: its declaration and what it does. */
export interface Action extends FunctionEntry {
  needs?: Capability;
  run(context: ActionContext, ...args: never[]): unknown;
}

/** The actions of one subject, by name. */
export type ActionSet = Readonly<Record<string, Action>>;

type ActionDeclaration<Args extends unknown[]> = Omit<Action, "kind" | "subject" | "run"> & {
  run(context: ActionContext, ...args: Args): unknown;
};

/** Collects the actions of a subject; `define` keeps each one's argument types. */
export function actionsOf<Name extends string>(
  subject: string,
  build: (
    define: <Args extends unknown[]>(declaration: ActionDeclaration<Args>) => Action,
  ) => Record<Name, Action>,
): Readonly<Record<Name, Action>> {
  return build((declaration) => ({ kind: "function", subject, ...declaration }) as unknown as Action);
}

/** The objects that flows hand to actions; an argument declared as `Env` or `State` must be the one itself. */
export interface FlowObjects {
  env: object;
  state: object;
}

/**
 * Keeps an action from a gateway that cannot do what it is about.
 * @throws BlockedError naming the capability
 */
export function requireCapability(
  name: string,
  needs: Capability | undefined,
  gateway: GatewayUnderTest,
): void {
  if (needs === undefined || gateway.capabilities.has(needs)) return;
  throw new BlockedError(
    needs,
    `${name} needs ${CAPABILITY_WORDS[needs]}, which this gateway does not offer`,
  );
}

const CAPABILITY_WORDS: Readonly<Record<Capability, string>> = {
  "operator-admin": "a connection that may write",
  "config-file": "the gateway's config file",
  workspace: "the gateway's files",
  process: "the gateway's process",
  logs: "the gateway's log",
  "reload-generation": "the number of config changes applied",
  "qa-channel": "the run's own channel",
  "scripted-model": "the run's own model",
};

const PRIMITIVES = new Set(["string", "number", "boolean", "object"]);

/**
 * Checks resolved arguments against the declaration, as far as its types are simple:
 * a flow is not type-checked, and a wrong argument should be named where it is given.
 * @throws QaError `bad-argument`, fault scenario
 */
export function checkArguments(
  name: string,
  action: Action,
  args: readonly unknown[],
  objects: FlowObjects,
): void {
  for (const [index, parameter] of action.params.entries()) {
    if (parameter.rest) return;
    const value = args[index];
    if (value === undefined && parameter.optional) continue;
    const problem = problemOf(parameter, value, objects);
    if (!problem) continue;
    throw new QaError(`${name}: argument ${index + 1} (${parameter.name}) ${problem}`, {
      code: "bad-argument",
      fault: "scenario",
      hint: `${name}(${signature(action)})`,
    });
  }
}

function problemOf({ type }: Parameter, value: unknown, { env, state }: FlowObjects): string | undefined {
  if (type === "Env") return value === env ? undefined : `must be \`env\`, got ${describe(value)}`;
  if (type === "State") return value === state ? undefined : `must be \`state\`, got ${describe(value)}`;
  if (type.includes("=>")) {
    return typeof value === "function" ? undefined : `must be a function (a lambda), got ${describe(value)}`;
  }
  const wanted = type.startsWith("{") ? "object" : type;
  if (!PRIMITIVES.has(wanted)) return undefined;
  const fits = typeof value === wanted && value !== null;
  return fits
    ? undefined
    : `must be ${wanted === "object" ? "an object" : `a ${wanted}`}, got ${describe(value)}`;
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  return typeof value === "object" ? (Array.isArray(value) ? "an array" : "an object") : typeof value;
}

/** `env, timeoutMs?`: the parameter list for people. */
export function signature(entry: Pick<FunctionEntry, "params">): string {
  return entry.params
    .map((parameter) => `${parameter.rest ? "..." : ""}${parameter.name}${parameter.optional ? "?" : ""}`)
    .join(", ");
}

/** The `env` parameter that most upstream functions take first. */
export const ENV_PARAMETER: Parameter = { name: "env", type: "Env", description: "the scenario's `env`" };

/** The `state` parameter of the channel functions. */
export const STATE_PARAMETER: Parameter = {
  name: "state",
  type: "State",
  description: "the scenario's `state`",
};
