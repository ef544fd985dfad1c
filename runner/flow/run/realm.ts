import { createRequire } from "node:module";
import vm from "node:vm";
import { budgetOf } from "../arguments.ts";
import { HARMLESS_GLOBALS, PERMISSION_NAMES } from "../host-names.ts";
import type { CompiledFlow } from "../types.ts";
import { lookupEntry, topLevelAliases } from "../vocabulary-lookup.ts";

/** Name under which the realm finds the function to run within its time limit. */
export const ENTRY_NAME = "$enter";

export interface RealmOptions {
  /** Values of the vocabulary's names; getters stay live. */
  api: Record<string, unknown>;
  /** The scenario's execution.config. */
  config: unknown;
  /** Called with the milliseconds that a called action may take. */
  onBudget(ms: number): void;
}

/**
 * The JavaScript world of one flow run. Its global object is `variables`, so that `set` and an
 * expression's own assignment are the same thing and every function sees later changes; its
 * prototype holds the flow API and the few host globals that expressions may use.
 */
export function createRealm(
  flow: CompiledFlow,
  options: RealmOptions,
): { variables: Record<string, unknown> } {
  const globals: Record<string, unknown> = Object.create(null);
  for (const name of HARMLESS_GLOBALS) globals[name] = globalThis[name];
  Object.assign(globals, guardedNames(flow));
  globals.config = options.config;
  Object.defineProperties(globals, Object.getOwnPropertyDescriptors(options.api));
  for (const [alias, name] of topLevelAliases(flow.vocabulary)) {
    const descriptor = Object.getOwnPropertyDescriptor(globals, name);
    if (descriptor && !Object.hasOwn(globals, alias)) Object.defineProperty(globals, alias, descriptor);
  }
  announceBudgets(flow, globals, options.onBudget);
  const variables: Record<string, unknown> = Object.create(globals);
  globals.vars = variables;
  vm.createContext(variables, { name: flow.file });
  recogniseHostObjects(variables);
  return { variables };
}

function guardedNames(flow: CompiledFlow): Record<string, unknown> {
  const names: Record<string, unknown> = {};
  if (flow.permissions.has("process")) {
    for (const name of PERMISSION_NAMES.process) names[name] = Reflect.get(globalThis, name);
  }
  if (flow.permissions.has("import")) names.require = createRequire(flow.path);
  return names;
}

/** Lets functions that know how long they may take say so before they start. */
function announceBudgets(
  flow: CompiledFlow,
  globals: Record<string, unknown>,
  onBudget: RealmOptions["onBudget"],
): void {
  for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(globals))) {
    const entry = lookupEntry(flow.vocabulary, name);
    const action: unknown = descriptor.value;
    if (entry?.kind !== "function" || !entry.budgetMs || typeof action !== "function") continue;
    globals[name] = (...args: unknown[]): unknown => {
      const budget = budgetOf(entry, args);
      if (budget !== undefined) onBudget(budget);
      return Reflect.apply(action, undefined, args);
    };
  }
}

const SHARED_CLASSES = [
  ...["Object", "Function", "Array", "Map", "Set", "Date", "RegExp", "Promise", "Uint8Array"],
  ...["Error", "TypeError", "RangeError", "SyntaxError", "ReferenceError", "AggregateError"],
];

/**
 * The realm has classes of its own, while actions hand out objects of the runner's: without this a
 * flow's `caught instanceof Error` or `tools instanceof Set` would be false.
 */
function recogniseHostObjects(context: object): void {
  const local = vm.runInContext(`({ ${SHARED_CLASSES.join(", ")} })`, context) as Record<string, object>;
  for (const [name, localClass] of Object.entries(local)) {
    const hostClass: unknown = Reflect.get(globalThis, name);
    if (typeof hostClass !== "function") continue;
    Object.defineProperty(localClass, Symbol.hasInstance, {
      configurable: true,
      value(this: unknown, value: unknown): boolean {
        if (Function.prototype[Symbol.hasInstance].call(this, value)) return true;
        return this === localClass && value instanceof hostClass;
      },
    });
  }
}
