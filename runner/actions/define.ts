import { mayBeLeftOut } from "../flow/arguments.ts";
import type { Argument, FunctionEntry, Parameters } from "../flow/vocabulary.ts";
import type { Capability } from "../gateway/gateway.ts";
import type { ActionContext } from "./context.ts";
import type { ParameterSchemas, ValuesOf } from "./schema.ts";

/** One function of the flow vocabulary: its declaration and what it does. */
export interface Action extends FunctionEntry {
  needs?: Capability;
  run(context: ActionContext, params: Parameters): unknown;
}

/** The actions of one subject, by name. */
export type ActionSet = Readonly<Record<string, Action>>;

interface Declaration<P extends ParameterSchemas>
  extends Pick<
    Action,
    | "summary"
    | "returns"
    | "reply"
    | "effect"
    | "needs"
    | "permissionOf"
    | "statement"
    | "declared"
    | "inSteps"
  > {
  params?: P;
  /** The parameter whose value follows the action's name in a statement. */
  main?: keyof P & string;
  /**
   * How the older forms call it: `env` and `state` are the flow's objects, other names are parameters. Left out, only steps
   * below headings know it.
   */
  positional?: readonly ((keyof P & string) | "env" | "state" | Argument)[];
  budgetMs?(params: ValuesOf<P>): number | undefined;
}

/** The check for a missing `await` relies on it that an action whose result is there at once says so, and no other. */
type Running<P extends ParameterSchemas> =
  | { sync?: undefined; run(context: ActionContext, params: ValuesOf<P>): Promise<unknown> }
  | { sync: true; run(context: ActionContext, params: ValuesOf<P>): Immediate };

// biome-ignore lint/suspicious/noConfusingVoidType: an action may return nothing
type Immediate = string | number | boolean | null | undefined | void | (object & { then?: never });

type Define = <const P extends ParameterSchemas = Record<never, never>>(
  declaration: Declaration<P> & Running<P>,
) => Action;

/** Collects the actions of a subject. `define` types each one's parameters by their schemas. */
export function actionsOf<Name extends string>(
  subject: string,
  build: (define: Define) => Record<Name, Action>,
): Readonly<Record<Name, Action>> {
  function define<const P extends ParameterSchemas>(declaration: Declaration<P> & Running<P>): Action;
  function define({
    params = {},
    positional,
    ...rest
  }: Declaration<ParameterSchemas> & Running<ParameterSchemas>): Action {
    const places = positional?.map((place) => (typeof place === "string" ? argument(place, params) : place));
    return { kind: "function", subject, ...rest, params, ...(places ? { positional: places } : {}) };
  }
  return build(define);
}

function argument(name: string, params: ParameterSchemas): Argument {
  if (name === "env" || name === "state") return { name, takes: "object", optional: false };
  return { name, takes: "value", optional: mayBeLeftOut(params[name]) };
}

/**
 * An argument that holds all parameters without a place of their own, as members.
 * @param name its name in the docs; `options?` may be left out
 */
export function members(name: string): Argument {
  return { name: name.replace(/\?$/, ""), takes: "members", optional: name.endsWith("?") };
}
