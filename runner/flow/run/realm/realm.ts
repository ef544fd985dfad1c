import { createRequire } from "node:module";
import type vm from "node:vm";
import { QaError } from "../../../base/errors.ts";
import { budgetOf } from "../../arguments.ts";
import { HARMLESS_GLOBALS } from "../../host-names.ts";
import { namesSetBy } from "../../statement-list.ts";
import type { ComparisonOperator, CompiledFlow } from "../../types.ts";
import { lookupEntry, topLevelAliases } from "../../vocabulary-lookup.ts";
import { asError, Border } from "./border.ts";
import type { Inside, Raw } from "./inside.ts";
import { type Leak, Strays } from "./strays.ts";
import { timersOf } from "./timers.ts";

/**
 * A value of a flow's context. It stays in this box: a promise that is resolved with the value itself would look for its
 * `then`, and so hand out functions of the outer side.
 */
export class Held {
  readonly raw: Raw;

  constructor(raw: Raw) {
    this.raw = raw;
  }
}

export interface RealmOptions {
  /** Values of the vocabulary's names; getters stay live. */
  api: Record<string, unknown>;
  /** The scenario's execution.config. */
  config: unknown;
  /** Called with the milliseconds that a called action may take. */
  onBudget(ms: number): void;
  /** Called with what a timer's function or a listener throws. */
  onThrow(thrown: unknown): void;
}

/**
 * The JavaScript world of one flow run. Variables are members of its global object, so that `set` and an expression's own
 * assignment are the same thing and every function sees later changes; behind them lie the flow API and the few host
 * globals that expressions may use.
 */
export class Realm {
  readonly #border: Border;
  readonly #inside: Inside;
  readonly #strays: Strays;

  /** @param evaluationMs longest time that an expression may compute without awaiting */
  constructor(flow: CompiledFlow, options: RealmOptions, evaluationMs: number) {
    const globals = globalsOf(flow, options);
    const raw = rawNames(flow);
    const set = new Set(flow.steps.flatMap(({ actions }) => [...namesSetBy(actions)]));
    this.#strays = new Strays((value) => this.#source(value, options.api), options.onThrow);
    if (flow.permissions.has("process")) Object.assign(globals, timersOf(this.#strays));
    this.#border = new Border({
      names: () => [...Object.keys(globals), ...Object.keys(raw)],
      named: (name) => (Object.hasOwn(raw, name) ? raw[name] : globals[name]),
      isRaw: (name) => Object.hasOwn(raw, name),
      isSet: (name) => set.has(name),
      evaluationMs,
      calls: {
        check: () => this.#strays.check(),
        started: (callable, args, promise) => this.#strays.started(callable, args, promise),
        looked: (promise) => this.#strays.looked(promise),
        thrown: options.onThrow,
        matters: () => this.#strays.matters(),
      },
    });
    this.#inside = this.#border.inside;
  }

  /** Runs a script that gives a function. */
  run(script: vm.Script): Held {
    return new Held(script.runInContext(this.#border.context, { displayErrors: false }));
  }

  /** What stands in the realm for a value from outside: a copy, or what calls it. */
  take(value: unknown): Held {
    return new Held(this.#inside.take(value));
  }

  /** A copy of a value for the outer side; the very object, if it came from there. */
  bring(value: Held): unknown {
    return this.#border.bring(value.raw);
  }

  /** A variable, or a name of the flow API; undefined if nothing has set it yet. */
  read(name: string): Held {
    return new Held(this.#guard(() => this.#inside.read(name)));
  }

  /** @throws QaError if an expression has frozen the variables: a statement must not lose its value without a word */
  write(name: string, value: Held): void {
    if (this.#inside.write(name, value.raw)) return;
    throw new QaError(`the variable \`${name}\` cannot be set: an expression has frozen it`, {
      code: "variable-frozen",
      fault: "scenario",
    });
  }

  isVariable(name: string): boolean {
    return this.#inside.isVariable(name);
  }

  /** `owner[key]`; undefined if there is no owner. */
  member(owner: Held, key: string): Held {
    return new Held(this.#guard(() => this.#inside.member(owner.raw, key)));
  }

  list(items: readonly Held[]): Held {
    return new Held(this.#inside.list(...items.map(({ raw }) => raw)));
  }

  record(entries: readonly (readonly [string, Held])[]): Held {
    return new Held(this.#inside.record(...entries.flatMap(([key, { raw }]) => [key, raw])));
  }

  /** Length of a list; undefined if it is none. */
  lengthOf({ raw }: Held): number | undefined {
    return Array.isArray(raw) ? raw.length : undefined;
  }

  /** Calls a function of the realm, without waiting for what it promises. */
  call(callable: Held, args: readonly Held[], self?: Held): Held {
    return new Held(
      this.#border.enter(
        callable.raw,
        self?.raw,
        args.map(({ raw }) => raw),
      ),
    );
  }

  /** @throws what the value's promise is rejected with, brought out */
  settle({ raw }: Held): Promise<Held> {
    const { promise, resolve, reject } = Promise.withResolvers<Held>();
    this.#border.settle(raw, (result) => resolve(new Held(result)), reject);
    return promise;
  }

  /** The value of a function of the realm that computes an expression. */
  async compute(callable: Held): Promise<Held> {
    try {
      return await this.settle(this.call(callable, []));
    } catch (thrown) {
      throw asError(thrown);
    }
  }

  /** The result of a comparison of two values. */
  compare(operator: ComparisonOperator, left: Held, right: Held): boolean {
    return this.#guard(() => this.#inside.compare(operator, left.raw, right.raw));
  }

  /** From now on the function runs within the time limit. */
  limit({ raw }: Held): void {
    this.#border.limit(raw);
  }

  /** An action that waits on a lambda can say what it waits for by the lambda's name. */
  rename(callable: Held, name: string): Held {
    return new Held(this.#inside.rename(callable.raw, name));
  }

  /** Ends what the flow left running, and lists it. */
  end(): Leak[] {
    return this.#strays.end();
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (thrown) {
      throw this.#border.bring(thrown);
    }
  }

  #source(value: object, api: Record<string, unknown>): string | undefined {
    for (const [name, { value: known }] of Object.entries(Object.getOwnPropertyDescriptors(api))) {
      if (known === value) return name;
    }
    const inner = typeof value === "function" ? this.#inside.take(value) : undefined;
    return inner === undefined ? undefined : Function.prototype.toString.call(inner);
  }
}

function globalsOf(flow: CompiledFlow, { api, config, onBudget }: RealmOptions): Record<string, unknown> {
  const globals: Record<string, unknown> = Object.create(null);
  for (const name of HARMLESS_GLOBALS) globals[name] = globalThis[name];
  globals.config = config;
  Object.defineProperties(globals, Object.getOwnPropertyDescriptors(api));
  for (const [alias, name] of topLevelAliases(flow.vocabulary)) {
    const descriptor = Object.getOwnPropertyDescriptor(globals, name);
    if (descriptor && !Object.hasOwn(globals, alias)) Object.defineProperty(globals, alias, descriptor);
  }
  for (const name of Object.keys(globals)) {
    const permission = lookupEntry(flow.vocabulary, name)?.permission;
    // The check of names does not see `globalThis.fs`.
    if (permission && !flow.permissions.has(permission)) delete globals[name];
  }
  announceBudgets(flow, globals, onBudget);
  return globals;
}

/** The real things that a permission allows. */
function rawNames(flow: CompiledFlow): Record<string, unknown> {
  return {
    ...(flow.permissions.has("process") ? { process, fetch } : {}),
    ...(flow.permissions.has("import") ? { require: createRequire(flow.path) } : {}),
  };
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
    const announcing = (...args: unknown[]): unknown => {
      const budget = budgetOf(entry, args);
      if (budget !== undefined) onBudget(budget);
      return Reflect.apply(action, undefined, args);
    };
    globals[name] = Object.defineProperty(announcing, "name", { value: name });
  }
}
