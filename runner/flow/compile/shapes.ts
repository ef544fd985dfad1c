import { suggest } from "../../base/suggest.ts";
import type { ValueSchema } from "../vocabulary.ts";

/** What a schema says about a member: its schema, that nothing is known, or that there is none. */
export type MemberShape = { schema: ValueSchema | undefined } | { missing: readonly string[] };

const LENGTH: ValueSchema = { type: "number" };

/** The shape of a member of values that are like a schema. */
export function memberShape(schema: ValueSchema | undefined, name: string): MemberShape {
  const { type, properties, items, additionalProperties, asText: _text } = schema ?? {};
  if (type === "array") {
    if (/^\d+$/.test(name)) return { schema: items };
    return name === "length" ? { schema: LENGTH } : { missing: ["length", "0"] };
  }
  if (type === "string") return name === "length" ? { schema: LENGTH } : { missing: ["length"] };
  if (type === "number" || type === "boolean") return { missing: [] };
  const known = Object.keys(properties ?? {});
  if (known.length === 0)
    return { schema: typeof additionalProperties === "object" ? additionalProperties : undefined };
  if (properties && Object.hasOwn(properties, name)) return { schema: properties[name] };
  // What belongs to the gateway may have further members, but hardly one that is called nearly the same.
  if (additionalProperties === true && suggest(name, known) === undefined) return { schema: undefined };
  return { missing: known };
}

/** Whether a schema says that the value is an object. */
export function isObjectShape({ type, properties }: ValueSchema): boolean {
  return type === "object" || properties !== undefined;
}
