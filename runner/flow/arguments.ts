import type { Effect, FunctionEntry, Parameters, ValueSchema } from "./vocabulary.ts";

/** What a call gives its function, with the defaults of what it leaves out. */
export function namedParameters(entry: FunctionEntry, values: readonly unknown[]): Record<string, unknown> {
  return withDefaults(entry, argumentsByName(entry, values));
}

/** Parameters by name, with the defaults of those that are left out. */
export function withDefaults({ params }: FunctionEntry, given: Parameters): Record<string, unknown> {
  const named = { ...given };
  for (const [name, { default: fallback }] of Object.entries(params)) {
    if (fallback !== undefined) named[name] ??= fallback;
  }
  return named;
}

/**
 * Gives the arguments of a call their parameters' names. They are taken as they are: an object that holds parameters may
 * hold further members, which are handed on.
 */
export function argumentsByName(
  { positional = [] }: FunctionEntry,
  values: readonly unknown[],
): Record<string, unknown> {
  const members = values[positional.findIndex(({ takes }) => takes === "members")];
  const named: Record<string, unknown> = typeof members === "object" ? { ...members } : {};
  for (const [index, { name, takes }] of positional.entries()) {
    if (takes === "value") named[name] = values[index];
    if (takes === "rest") named[name] = values.slice(index);
  }
  return named;
}

/** Whether a call may do without this parameter. */
export function mayBeLeftOut(schema: ValueSchema | undefined): boolean {
  return schema?.optional === true || schema?.default !== undefined;
}

/** How long a call with these arguments may take, in milliseconds; undefined: the default limit. */
export function budgetOf(entry: FunctionEntry, values: readonly unknown[]): number | undefined {
  return budgetFor(entry, namedParameters(entry, values));
}

/** The same for parameters by name, defaults included. */
export function budgetFor(entry: FunctionEntry, params: Parameters): number | undefined {
  const budget = Number(entry.budgetMs?.(params));
  return Number.isNaN(budget) ? undefined : budget;
}

/** What a call does; for this, a parameter that is not a literal is undefined. */
export function effectOf(entry: FunctionEntry, literals: readonly unknown[]): Effect {
  return effectFor(entry, namedParameters(entry, literals));
}

/** The same for parameters by name, defaults included. */
export function effectFor(entry: FunctionEntry, params: Parameters): Effect {
  const effect: FunctionEntry["effect"] | "writes" = entry.effect ?? "writes";
  return typeof effect === "function" ? effect(params) : effect;
}

/** `env, timeoutMs?`: the arguments as shown to people. */
export function signature({ positional = [] }: Pick<FunctionEntry, "positional">): string {
  return positional
    .map(({ name, takes, optional }) => `${takes === "rest" ? "..." : ""}${name}${optional ? "?" : ""}`)
    .join(", ");
}
