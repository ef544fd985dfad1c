import type { FromSchema, JSONSchema } from "json-schema-to-ts";
import type { Matcher } from "../flow/match/matcher.ts";
import type { ValueSchema } from "../flow/vocabulary.ts";

declare const TYPE: unique symbol;

/** A schema that does not say everything about the type `T` that the implementation gets. */
type Marked<T> = Readonly<{ [TYPE]?: T }>;

/** The type of what a schema describes. */
export type ValueOf<S> = typeof TYPE extends keyof S
  ? S extends Marked<infer T>
    ? T
    : never
  : S extends JSONSchema
    ? FromSchema<S>
    : unknown;

export type ParameterSchemas = Readonly<Record<string, ValueSchema>>;

type Left<S> = S extends { optional: true } ? true : false;

/** The type of an action's parameters. Those that are not `optional` and have no `default` must be given. */
export type ValuesOf<P extends ParameterSchemas> = {
  readonly [K in keyof P as Left<P[K]> extends true ? never : K]: ValueOf<P[K]>;
} & { readonly [K in keyof P as Left<P[K]> extends true ? K : never]?: ValueOf<P[K]> };

/** A schema for values whose type is `T`; only the schema is checked. */
export function typed<T>(schema: ValueSchema): ValueSchema & Marked<T> {
  return schema;
}

/** A function of the scenario's own; flows write a lambda. */
export function callback<T>(signature: string, description: string): ValueSchema & Marked<T> {
  return { function: signature, description };
}

/** An object that only another action of the runner can make or read. */
export function opaque<T>(what: string, description?: string): ValueSchema & Marked<T> {
  return { opaque: what, description };
}

/** A matcher of values that are like `subject`. */
export function matcherOf(subject: ValueSchema, description: string): ValueSchema & Marked<Matcher> {
  return { matches: subject, description };
}

/** The same record, which may have further members of the gateway's own. */
export function open<const S extends ValueSchema>(schema: S): S & { readonly additionalProperties: true } {
  return { ...schema, additionalProperties: true };
}

export const NOTHING = { optional: true, opaque: "nothing" } as const;
/** The action always ends the scenario. */
export const NEVER = { opaque: "never" } as const;
export const ANY = { description: "anything" } as const;
export const STRING = { type: "string" } as const;
export const NUMBER = { type: "number" } as const;
export const BOOLEAN = { type: "boolean" } as const;
export const STRINGS = { type: "array", items: STRING } as const;
/** An object of the gateway's; its members are not checked. */
export const OBJECT = { type: "object" } as const;
export const OBJECTS = { type: "array", items: OBJECT } as const;

/** A limit in milliseconds. */
export function milliseconds<const Ms extends number>(fallback: Ms, description?: string) {
  return {
    type: "number",
    minimum: 0,
    default: fallback,
    description: description ?? "milliseconds",
  } as const;
}

type Schemas = Readonly<Record<string, ValueSchema>>;
type Both<R, O> = { readonly [K in keyof R | keyof O]: K extends keyof R ? R[K] : O[K & keyof O] };

interface RecordSchema<R, O> {
  readonly type: "object";
  readonly properties: Both<R, O>;
  readonly required: readonly (keyof R & string)[];
}

/** An object that has at least `required`, and may have `others` and members that are not known here. */
export function record<const R extends Schemas, const O extends Schemas = Record<never, never>>(
  required: R,
  others?: O,
): RecordSchema<R, O>;
export function record(required: Schemas, others?: Schemas): RecordSchema<Schemas, Schemas> {
  return { type: "object", properties: { ...required, ...others }, required: Object.keys(required) };
}
