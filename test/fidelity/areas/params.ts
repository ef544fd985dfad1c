import type { Area } from "../area.ts";
import { embeddedGateway } from "../embedded.ts";
import { Finding } from "../findings.ts";
import { requiredScope, schemaName, schemaOf, validatorOf } from "../protocol.ts";
import { type Schema, valuesAround } from "../schema-values.ts";

/** A method as `qa.gateway.methods` describes it. */
interface Described {
  name: string;
  scope: string;
  params: Schema;
  unused: string[];
}

/**
 * The params of every method that a release has a schema for: which values each side takes, which of the release's
 * params are read here, and which scope is asked for. Keys that only the other release has are left out of the question.
 */
export const area: Area = {
  title: "Parameters of methods",
  async compare(release) {
    const gateway = await embeddedGateway();
    const { methods } = (await gateway.call("qa.gateway.methods")) as { methods: Described[] };
    const scopeOf = await requiredScope(release);
    const findings = await Promise.all(
      methods.map(async (method) => {
        const theirs = await schemaOf(release, schemaName(method.name, "Params"));
        return theirs === undefined ? [] : comparison(release.version, method, theirs, scopeOf(method.name));
      }),
    );
    return findings.flat();
  },
};

async function comparison(
  version: string,
  method: Described,
  theirs: Schema,
  scope: string | undefined,
): Promise<Finding[]> {
  const { name, params, unused } = method;
  const keys = keysOf(theirs);
  const accepts = checkOf(theirs);
  const wanted = WANTED[`${version} ${name}`];
  const isValid = checkOf({ ...params, properties: only(keys, params.properties ?? {}) });
  return [
    await Finding.rule(name, {
      fixed: [{}, ...(wanted?.inputs ?? [])],
      random: valuesAround(theirs),
      wanted: wanted === undefined ? [] : [wanted],
      theirs: accepts,
      ours: isValid,
    }),
    Finding.sets(
      `${name}: read`,
      keys,
      keys.filter((key) => params.properties?.[key] !== undefined && !unused.includes(key)),
    ),
    Finding.sets(`${name}: scope`, [scope ?? "none of ours"], [method.scope]),
  ];
}

/** Differences that are meant, with inputs at which they show. */
const WANTED: Readonly<Record<string, { inputs: object[]; at(input: unknown): boolean; why: string }>> = {
  "2026.9.6 chat.send": {
    inputs: [{ sessionKey: "main", message: "", idempotencyKey: "a", attachments: [null] }],
    at: (input) => isObject(input) && Array.isArray(input.attachments),
    why: "2026.4.26 takes attachments of any form",
  },
};

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function keysOf({ properties = {}, anyOf = [] }: Schema): string[] {
  return [...new Set([...Object.keys(properties), ...anyOf.flatMap(keysOf)])].sort();
}

function only(keys: readonly string[], properties: Record<string, Schema>): Record<string, Schema> {
  return Object.fromEntries(Object.entries(properties).filter(([key]) => keys.includes(key)));
}

/** Neither side takes `params` that are no object. */
function checkOf(schema: Schema): (value: unknown) => boolean {
  const validate = validatorOf(schema);
  return (value) => validate(value);
}
