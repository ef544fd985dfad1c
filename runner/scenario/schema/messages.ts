import type { ErrorObject } from "ajv";
import { quotedList, suggest, suggestion } from "../../base/suggest.ts";
import type { DiagnosticText } from "../source/diagnostic.ts";
import type { Path } from "../source/locate.ts";

const TYPE_NAMES: Record<string, string> = {
  array: "a list",
  boolean: "true or false",
  integer: "a whole number",
  number: "a number",
  object: "a mapping",
  string: "text",
};

/**
 * Says in the author's words what a schema error means; the schema's description is the advice.
 * @param subject what the whole file is called
 */
export function describeSchemaError(error: ErrorObject, path: Path, subject: string): DiagnosticText {
  const { keyword, params } = error;
  const schema: Record<string, unknown> = error.parentSchema ?? {};
  const owner = path.length === 0 ? subject : `\`${dotted(path)}\``;
  const name = error.propertyName === undefined ? owner : `\`${error.propertyName}\` in ${owner}`;
  const hint = typeof schema.description === "string" ? schema.description : undefined;
  switch (keyword) {
    case "additionalProperties": {
      const key = String(params.additionalProperty);
      const message = `unknown key \`${key}\`${path.length === 0 ? "" : ` in ${name}`}`;
      return { code: "unknown-key", message, hint: suggestion(key, Object.keys(propertiesOf(schema))) };
    }
    case "required":
      return missing(`${name} lacks \`${params.missingProperty}\``, schema, params.missingProperty);
    case "dependencies":
      return missing(
        `\`${params.property}\` needs \`${params.missingProperty}\``,
        schema,
        params.missingProperty,
      );
    case "anyOf":
      return { code: "missing-property", message: `${name} needs at least one of ${branches(error)}`, hint };
    case "oneOf": {
      const code = params.passingSchemas === null ? "missing-property" : "unexpected-property";
      return { code, message: `${name} needs exactly one of ${branches(error)}`, hint };
    }
    case "false schema":
      // The formats exclude members only by the `kind` beside them.
      return {
        code: "unexpected-property",
        message: `${name} does not belong to this \`${dotted([...path.slice(0, -1), "kind"])}\``,
        hint: "Remove it, or choose the kind that it belongs to.",
      };
    case "enum":
      return {
        code: "invalid-value",
        message: `${name} cannot be \`${error.data}\``,
        hint: enumHint(String(error.data), params.allowedValues.map(String)),
      };
    case "const":
      return { code: "invalid-value", message: `${name} can only be \`${params.allowedValue}\``, hint };
    case "type": {
      const wanted = [params.type].flat().map((type) => TYPE_NAMES[type] ?? type);
      return {
        code: "wrong-type",
        message: `${name} must be ${wanted.join(" or ")}, but is ${seen(error.data)}`,
        hint,
      };
    }
    case "pattern": {
      const code = path.length === 1 && path[0] === "id" ? "invalid-id" : "invalid-format";
      const examples = Array.isArray(schema.examples) ? schema.examples.map(String) : [];
      return {
        code,
        message: `${name} ${schema.patternErrorMessage ?? `must match ${params.pattern}`}`,
        hint: examples.length > 0 ? enumHint(String(error.data), examples) : hint,
      };
    }
    case "format":
      return { code: "invalid-format", message: `${name} is not a valid ${formatName(params.format)}`, hint };
    case "minimum":
      return { code: "invalid-value", message: `${name} must be at least ${params.limit}`, hint };
    case "maximum":
      return { code: "invalid-value", message: `${name} must be at most ${params.limit}`, hint };
    case "minItems":
    case "minProperties":
    case "minLength":
      return { code: "wrong-length", message: `${name} must not be empty`, hint };
    case "uniqueItems":
      return { code: "wrong-length", message: `${name} holds the same entry twice`, hint };
    default:
      return { code: "invalid-value", message: `${name} ${error.message ?? "is not valid"}`, hint };
  }
}

function missing(message: string, schema: Record<string, unknown>, property: string): DiagnosticText {
  return { code: "missing-property", message, hint: propertiesOf(schema)[property]?.description };
}

function propertiesOf(schema: Record<string, unknown>): Record<string, { description?: string } | undefined> {
  return (schema.properties ?? {}) as Record<string, { description?: string } | undefined>;
}

/** Alternatives of the formats are all of the form `{ required: [member] }`. */
function branches(error: ErrorObject): string {
  return quotedList((error.schema as { required?: string[] }[]).flatMap((branch) => branch.required ?? []));
}

function enumHint(value: string, allowed: string[]): string {
  const near = suggest(value, allowed);
  return `${near === undefined ? "" : `Did you mean \`${near}\`? `}Possible here: ${quotedList(allowed)}.`;
}

function formatName(format: string): string {
  return format === "regex" ? "regular expression" : format;
}

/** `execution.config.wantedAny[2]` */
function dotted(path: Path): string {
  const text = path.map((name) => (typeof name === "number" ? `[${name}]` : `.${name}`)).join("");
  return text.replace(/^\./, "");
}

function seen(value: unknown): string {
  if (value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  return typeof value === "string" ? `the text "${value}"` : `${value} (${TYPE_NAMES[typeof value]})`;
}
