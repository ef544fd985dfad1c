import type { ErrorObject } from "ajv";
import type { DiagnosticCode } from "./codes.ts";
import { type Finding, findingInYaml, ownRule } from "./finding.ts";
import { locatePath, markedRange } from "./locate.ts";
import type { Diagnostic } from "./source.ts";
import { quotedList, suggestion } from "./suggest.ts";
import type { Path } from "./types.ts";
import { type SchemaName, validator } from "./validators.ts";
import type { LocatedNode } from "./yaml-source.ts";

/** Keywords whose own error only repeats what the errors of their branches say. */
const WRAPPERS = new Set(["if", "propertyNames"]);

/** Keywords about the presence of members: the key of the mapping is the place to look at. */
const ON_KEY = new Set(["required", "anyOf", "oneOf", "false schema"]);

/**
 * Checks a value against one of the file formats and tells what is wrong where it stands.
 * @param located the node that `value` was read from
 * @param outer path to the value as the author sees it, for instance `scenario` in a YAML file
 */
export function checkAgainstSchema(
  name: SchemaName,
  value: unknown,
  located: LocatedNode,
  foreign: boolean,
): Diagnostic[] {
  const validate = validator(name);
  if (validate(value)) return [];
  const errors = validate.errors ?? [];
  return errors.filter((error) => !isNoise(error)).map((error) => diagnose(error, value, located, foreign));
}

function isNoise(error: ErrorObject): boolean {
  return WRAPPERS.has(error.keyword) || /\/(?:anyOf|oneOf)\/\d+\//.test(error.schemaPath);
}

function diagnose(error: ErrorObject, root: unknown, located: LocatedNode, foreign: boolean): Diagnostic {
  const path = parsePointer(error.instancePath, root);
  const key = offendingKey(error);
  const place = locatePath(located.node, key === undefined ? path : [...path, key]);
  const onKey = key !== undefined || ON_KEY.has(error.keyword);
  const node = onKey ? (place.key ?? place.value) : place.value;
  return findingInYaml(located.source, markedRange(node), describe(error, path, foreign));
}

function offendingKey(error: ErrorObject): string | undefined {
  if (error.keyword === "additionalProperties") return String(error.params.additionalProperty);
  if (error.keyword === "dependencies") return String(error.params.property);
  return undefined;
}

function describe(error: ErrorObject, path: Path, foreign: boolean): Finding {
  const name = displayPath(path);
  const schema: Record<string, unknown> = error.parentSchema ?? {};
  const purpose = typeof schema.description === "string" ? schema.description : undefined;
  const failure = (code: DiagnosticCode, message: string, hint: string | undefined = purpose): Finding => ({
    code,
    severity: "error",
    message,
    hint,
  });
  switch (error.keyword) {
    case "additionalProperties": {
      const key = String(error.params.additionalProperty);
      const known = Object.keys((schema.properties ?? {}) as object);
      const where = path.length === 0 ? "" : ` in ${name}`;
      return {
        ...failure("unknown-key", `unknown key \`${key}\`${where}`, suggestion(key, known)),
        severity: ownRule(foreign),
      };
    }
    case "required": {
      const missing = String(error.params.missingProperty);
      return failure("missing-property", `${name} lacks \`${missing}\``, descriptionOf(schema, missing));
    }
    case "dependencies": {
      const { property, missingProperty } = error.params;
      return failure("missing-property", `\`${property}\` needs \`${missingProperty}\` as well`, undefined);
    }
    case "anyOf":
      return failure(
        "missing-property",
        `${name} needs at least one of ${quotedList(requiredMembers(error.schema))}`,
      );
    case "oneOf": {
      const code = error.params.passingSchemas === null ? "missing-property" : "unexpected-property";
      return failure(code, `${name} needs exactly one of ${quotedList(requiredMembers(error.schema))}`);
    }
    case "false schema":
      return failure(
        "unexpected-property",
        `${name} does not go with the other properties given here`,
        undefined,
      );
    case "enum": {
      const allowed = (error.params.allowedValues as unknown[]).map(String);
      const seen = String(error.data);
      return failure("invalid-value", `${name} cannot be \`${seen}\``, enumHint(seen, allowed));
    }
    case "const":
      return failure("invalid-value", `${name} can only be \`${error.params.allowedValue}\``);
    case "type":
      return failure(
        "wrong-type",
        `${name} must be ${typeNames(error.params.type)}, but is ${seenType(error.data)}`,
      );
    case "pattern": {
      const rule = schema.patternErrorMessage ?? `must match ${error.params.pattern}`;
      if (path.length === 1 && path[0] === "id") {
        return { ...failure("invalid-id", `${name} ${rule}`), severity: ownRule(foreign) };
      }
      return failure("invalid-format", `${name} ${rule}`);
    }
    case "format":
      return failure("invalid-format", `${name} is not a valid ${error.params.format}`);
    case "minimum":
    case "maximum":
      return failure("invalid-value", `${name} must be ${error.params.comparison} ${error.params.limit}`);
    case "minItems":
    case "minProperties":
      return failure(
        "wrong-length",
        `${name} needs at least ${counted(error.params.limit, "entry", "entries")}`,
      );
    case "minLength":
      return failure("wrong-length", `${name} must not be empty`);
    case "uniqueItems":
      return failure("wrong-length", `${name} holds entry ${error.params.j + 1} twice`);
    default:
      return failure("invalid-value", `${name} ${error.message ?? "is not valid"}`);
  }
}

/** Alternatives of the formats are of the form `{ required: [x] }`. */
function requiredMembers(alternatives: unknown): string[] {
  return (alternatives as { required?: string[] }[]).flatMap((branch) => branch.required ?? []);
}

function descriptionOf(schema: Record<string, unknown>, property: string): string | undefined {
  const properties = schema.properties as Record<string, { description?: string }> | undefined;
  return properties?.[property]?.description;
}

function enumHint(seen: string, allowed: string[]): string {
  const near = suggestion(seen, allowed);
  return near.startsWith("Possible") ? near : `${near} Possible here: ${quotedList(allowed)}.`;
}

/** JSON pointer to path; the value decides whether a name is an index. */
function parsePointer(pointer: string, root: unknown): (string | number)[] {
  const path: (string | number)[] = [];
  let value = root;
  for (const part of pointer.split("/").slice(1)) {
    const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
    path.push(Array.isArray(value) ? Number(name) : name);
    value = (value as Record<string, unknown> | undefined)?.[name];
  }
  return path;
}

/** `execution.config.anyOf[2]`, in backticks; the root has words of its own. */
function displayPath(path: Path): string {
  if (path.length === 0) return "the block";
  const text = path.map((name) => (typeof name === "number" ? `[${name}]` : `.${name}`)).join("");
  return `\`${text.replace(/^\./, "")}\``;
}

const TYPE_NAMES: Record<string, string> = {
  array: "a list",
  boolean: "true or false",
  integer: "a whole number",
  number: "a number",
  object: "a mapping",
  string: "text",
};

function typeNames(type: unknown): string {
  const types = Array.isArray(type) ? type : [type];
  return types.map((name) => TYPE_NAMES[String(name)] ?? String(name)).join(" or ");
}

function seenType(value: unknown): string {
  if (value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  return typeof value === "string" ? `the text "${value}"` : `${value} (${TYPE_NAMES[typeof value]})`;
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
