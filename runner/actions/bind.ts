import { BlockedError } from "../base/errors.ts";
import { argumentsByName, namedParameters, signature, withDefaults } from "../flow/arguments.ts";
import type { ValueSchema } from "../flow/vocabulary.ts";
import type { Capability, DrivenGateway } from "../gateway/gateway.ts";
import { badArgument } from "./bad-argument.ts";
import type { ActionContext } from "./context.ts";
import type { Action } from "./define.ts";
import { validatorOf } from "./validators.ts";

/** The objects that flows hand to actions; an argument that takes one must be that very object. */
export interface FlowObjects {
  env: object;
  state: object;
}

/**
 * The function that flows call: it checks that the gateway can do what the action needs and that the arguments fit,
 * and runs the action with its named parameters.
 * @param path the action's name in flows, for instance `transport.reset`
 */
export function bindAction(path: string, action: Action, context: ActionContext, objects: FlowObjects) {
  const call = (...values: unknown[]): unknown => {
    requireCapability(path, action.needs, context.gateway);
    checkArguments(path, action, values, objects);
    return action.run(context, withoutMatchers(action, namedParameters(action, values)));
  };
  return Object.defineProperty(call, "name", { value: path });
}

/** A call has no way to write a matcher: what it gives by such a name is not one. */
function withoutMatchers({ params }: Action, named: Record<string, unknown>): Record<string, unknown> {
  for (const [name, schema] of Object.entries(params)) if (schema.matches) delete named[name];
  return named;
}

/**
 * Runs a statement of a step, after the same checks.
 * @param params by name, without defaults
 */
export async function runStatement(
  name: string,
  action: Action,
  context: ActionContext,
  params: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  requireCapability(name, action.needs, context.gateway);
  const named = withDefaults(action, params);
  const [wrong] = wrongParameters(name, action, named);
  if (wrong !== undefined) {
    const wanted = wordsOf(action.params[wrong]) ?? "something else";
    throw badArgument(`${name}: ${wrong} must be ${wanted}, got ${describe(named[wrong])}`);
  }
  return action.run(context, named);
}

/**
 * Keeps an action from a gateway that cannot do what it needs.
 * @throws BlockedError naming the capability
 */
function requireCapability(path: string, needs: Capability | undefined, gateway: DrivenGateway): void {
  if (needs === undefined || gateway.capabilities.has(needs)) return;
  throw new BlockedError(
    needs,
    `${path} needs ${CAPABILITY_WORDS[needs]}, which this gateway does not offer`,
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

/**
 * A wrong argument is named where it is given. What upstream's scenarios pass inside an object is taken as it is:
 * their runner checks nothing.
 * @throws QaError `bad-argument`, fault scenario
 */
function checkArguments(
  path: string,
  action: Action,
  values: readonly unknown[],
  objects: FlowObjects,
): void {
  const wrong = wrongParameters(path, action, argumentsByName(action, values));
  for (const [index, { name, takes, optional }] of (action.positional ?? []).entries()) {
    const value = values[index];
    if (takes === "rest" || (value === undefined && optional)) continue;
    const wanted =
      takes === "object"
        ? value !== objects[name as keyof FlowObjects] && `\`${name}\``
        : takes === "members"
          ? (typeof value !== "object" || value === null) && "an object"
          : (wrong.has(name) || value === undefined) && wordsOf(action.params[name]);
    if (!wanted) continue;
    throw badArgument(
      `${path}: argument ${index + 1} (${name}) must be ${wanted}, got ${describe(value)}`,
      `${path}(${signature(action)})`,
    );
  }
}

/** Names of the parameters whose own value does not fit, and not only something in it. */
function wrongParameters(
  path: string,
  { params: schemas }: Action,
  params: Readonly<Record<string, unknown>>,
): Set<string> {
  // What was computed from something that is missing: as a time it would be none, and a quiet period of none is always quiet.
  const wrong = Object.keys(schemas).filter(
    (name) => schemas[name]?.type === "number" && Number.isNaN(params[name]),
  );
  const validate = validatorOf(path);
  if (!validate || validate(params)) return new Set(wrong);
  const errors = validate.errors ?? [];
  return new Set([
    ...wrong,
    ...errors.flatMap(({ instancePath, keyword, params: { missingProperty } }) => {
      if (keyword === "required") return instancePath === "" ? [String(missingProperty)] : [];
      return instancePath.split("/").length === 2 ? [instancePath.slice(1)] : [];
    }),
  ]);
}

/** Undefined for a parameter that takes anything, even nothing at all. */
function wordsOf({
  type,
  enum: choices,
  minimum,
  function: signatureOfFunction,
}: ValueSchema = {}): string | undefined {
  if (signatureOfFunction !== undefined) return "a function (a lambda)";
  if (choices) return `one of ${choices.join(", ")}`;
  if (type === undefined) return undefined;
  if (minimum !== undefined) return `a ${type} from ${minimum} up`;
  return type === "object" || type === "array" ? `an ${type}` : `a ${type}`;
}

function describe(value: unknown): string {
  if (value === null || value === undefined || typeof value === "number") return String(value);
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  return typeof value === "object" ? (Array.isArray(value) ? "an array" : "an object") : typeof value;
}
