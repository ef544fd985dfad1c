import type { ErrorObject, ValidateFunction } from "ajv";
import type { DiagnosticCode } from "../codes.ts";
import { findingInYaml, ownRule } from "../source/diagnostic.ts";
import { locatePath, markedRange } from "../source/locate.ts";
import type { Diagnostic } from "../source/source.ts";
import type { Path } from "../types.ts";
import type { LocatedNode } from "../yaml/source.ts";
import { describeSchemaError } from "./messages.ts";
import { type SchemaName, validator } from "./validators.ts";

/** Keywords about the presence of members: the key of the mapping is the place to look at. */
const ON_KEY = new Set([
  "required",
  "anyOf",
  "oneOf",
  "false schema",
  "additionalProperties",
  "dependencies",
]);

/** In a foreign pack its own runner decides about these. */
const OWN_RULES = new Set<DiagnosticCode>(["unknown-key", "invalid-id"]);

/** What the formats of a scenario file are called where a finding is about the whole. */
const SUBJECTS: Record<SchemaName, string> = {
  scenario: "the scenario",
  "pack-index": "the pack index",
  "model-script": "the model script",
};

/**
 * Checks a value against one of the formats of a scenario file and tells what is wrong where it stands.
 * @param located the node that `value` was read from
 */
export function checkAgainstSchema(
  name: SchemaName,
  value: unknown,
  located: LocatedNode,
  foreign: boolean,
): Diagnostic[] {
  return checkFormat({ validate: validator(name), subject: SUBJECTS[name] }, value, located, foreign);
}

/**
 * The same for any file format.
 * @param format its compiled check, and what it is called where a finding is about the whole
 */
export function checkFormat(
  { validate, subject }: { validate: ValidateFunction; subject: string },
  value: unknown,
  located: LocatedNode,
  foreign = false,
): Diagnostic[] {
  if (validate(value)) return [];
  return (validate.errors ?? [])
    .filter((error) => !repeatsOthers(error))
    .map((error) => diagnose(error, subject, value, located, foreign));
}

/** `if` says that a branch failed, which the branch itself says better; branches of `anyOf` say too much. */
function repeatsOthers(error: ErrorObject): boolean {
  return error.keyword === "if" || /\/(?:anyOf|oneOf)\/\d+\//.test(error.schemaPath);
}

function diagnose(
  error: ErrorObject,
  subject: string,
  root: unknown,
  located: LocatedNode,
  foreign: boolean,
): Diagnostic {
  const path = parsePointer(error.instancePath, root);
  const description = describeSchemaError(error, path, subject);
  const place = locatePath(located.node, placeOf(error, path));
  const node = ON_KEY.has(error.keyword) ? (place.key ?? place.value) : place.value;
  const severity = OWN_RULES.has(description.code) ? ownRule(foreign) : "error";
  return findingInYaml(located.source, markedRange(node), { ...description, severity });
}

function placeOf({ keyword, params }: ErrorObject, path: Path): Path {
  if (keyword === "additionalProperties") return [...path, String(params.additionalProperty)];
  if (keyword === "dependencies") return [...path, String(params.property)];
  if (keyword === "uniqueItems") return [...path, Math.max(Number(params.i), Number(params.j))];
  return path;
}

/** JSON pointer to path; the value decides whether a name is an index. */
function parsePointer(pointer: string, root: unknown): Path {
  const path: (string | number)[] = [];
  let value = root;
  for (const part of pointer.split("/").slice(1)) {
    const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
    path.push(Array.isArray(value) ? Number(name) : name);
    value = (value as Record<string, unknown> | undefined)?.[name];
  }
  return path;
}
