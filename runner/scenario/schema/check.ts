import type { ErrorObject, ValidateFunction } from "ajv";
import type { DiagnosticCode } from "../codes.ts";
import type { Diagnostics } from "../source/diagnostic.ts";
import { atKey, atPath, type LocatedNode, type Path } from "../source/locate.ts";
import { describeSchemaError } from "./messages.ts";
import { modelScript, packIndex, scenario } from "./validators.generated.js";

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

interface Format {
  /** The compiled check; its `errors` hold until the next call. */
  validate: ValidateFunction;
  /** What it is called where a diagnostic is about the whole. */
  subject: string;
}

const FORMATS = {
  scenario: { validate: scenario, subject: "the scenario" },
  "pack-index": { validate: packIndex, subject: "the pack index" },
  "model-script": { validate: modelScript, subject: "the model script" },
} satisfies Record<string, Format>;

/**
 * Checks a value against one of the formats of a scenario file and reports what is wrong where it stands.
 * @param located the node that `value` was read from
 */
export function checkAgainstSchema(
  name: keyof typeof FORMATS,
  value: unknown,
  located: LocatedNode,
  diagnostics: Diagnostics,
): void {
  checkFormat(FORMATS[name], value, located, diagnostics);
}

/** The same for any file format. */
export function checkFormat(
  { validate, subject }: Format,
  value: unknown,
  located: LocatedNode,
  diagnostics: Diagnostics,
): void {
  if (validate(value)) return;
  for (const error of validate.errors ?? []) {
    if (!repeatsOthers(error)) report(error, subject, value, located, diagnostics);
  }
}

/** `if` and `propertyNames` say that something failed which it says better itself; branches of `anyOf` say too much. */
function repeatsOthers(error: ErrorObject): boolean {
  return (
    error.keyword === "if" ||
    error.keyword === "propertyNames" ||
    /\/(?:anyOf|oneOf)\/\d+\//.test(error.schemaPath)
  );
}

function report(
  error: ErrorObject,
  subject: string,
  root: unknown,
  located: LocatedNode,
  diagnostics: Diagnostics,
): void {
  // To look for what is not kept any more would take most of the time.
  const isFull =
    error.keyword === "additionalProperties" ? diagnostics.hasAllOfOwnRules : diagnostics.hasAllErrors;
  if (isFull) return;
  const path = parsePointer(error.instancePath, root);
  const text = describeSchemaError(error, path, subject);
  const range = (ON_KEY.has(error.keyword) || error.propertyName !== undefined ? atKey : atPath)(
    located,
    pathOf(error, path),
  );
  if (OWN_RULES.has(text.code)) diagnostics.ownRule(range, text);
  else diagnostics.error(range, text);
}

/** Of what the error is about, which may be a member of what was checked. */
function pathOf({ keyword, params, propertyName }: ErrorObject, path: Path): Path {
  if (propertyName !== undefined) return [...path, propertyName];
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
