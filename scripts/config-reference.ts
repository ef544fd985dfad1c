import { formatPath } from "../fixtures/gateway/src/base/config-path.ts";
import type { JsonObject } from "../fixtures/gateway/src/base/json.ts";
import { CONFIG_SCHEMA } from "../fixtures/gateway/src/config/schema.ts";
import { isUnread, type SchemaPlace, schemaKeys } from "../fixtures/gateway/src/config/schema-keys.ts";

const HEAD = `# Config keys of the embedded gateway

Generated from the config's schema by \`pnpm generate\`. \`*\` stands for any id, name or position. A key that stands
nowhere here is refused: no release has it.

A key that is **accepted and not used** is there because releases have it. Setting it is a warning
(\`config.keyWithoutEffect\`), and a scenario that does so is *blocked*; values in brackets describe what the gateway does
anyway and are no warning. [fidelity.md](fidelity.md) compares keys and values with the releases' own schemas.`;

/** docs/config-keys.md. */
export function configReference(): string {
  // What takes any value is a note of another program.
  const keys = schemaKeys(CONFIG_SCHEMA).filter(({ schema }) => Object.keys(schema).length > 0);
  const sections = Map.groupBy(keys, ({ path: [first = ""] }) => first);
  const whole = [...sections].filter(([, own]) => own.every(({ path }) => path.length === 1));
  const parts = [...sections].filter(([, own]) => own.some(({ path }) => path.length > 1));
  return `${[HEAD, ...parts.map(([name, own]) => section(name, own)), rest(whole.flatMap(([, own]) => own))].join("\n\n")}\n`;
}

function section(name: string, keys: readonly SchemaPlace[]): string {
  const used = keys.filter(({ schema }) => !isUnread(schema));
  const rows = used.map(
    ({ path, schema }) => `| \`${formatPath(path)}\` | ${cell(valuesOf(schema))} | ${cell(textOf(schema))} |`,
  );
  const table = ["| key | values | |", "|---|---|---|", ...rows].join("\n");
  return [`## ${name}`, ...(rows.length > 0 ? [table] : []), ...notUsed(keys)].join("\n\n");
}

function rest(keys: readonly SchemaPlace[]): string {
  return ["## Sections as a whole", ...notUsed(keys)].join("\n\n");
}

function notUsed(keys: readonly SchemaPlace[]): string[] {
  const names = keys
    .filter(({ schema }) => isUnread(schema))
    .map(({ path, schema }) => `- \`${formatPath(path)}\`${honoured(schema)}`);
  return names.length === 0 ? [] : ["Accepted and not used:", names.join("\n")];
}

function honoured({ "x-unread": values }: JsonObject): string {
  if (!Array.isArray(values) || values.length === 0) return "";
  return ` (${values.map((value) => `\`${JSON.stringify(value)}\``).join(", ")})`;
}

function valuesOf({ enum: words, type, minimum, exclusiveMinimum, maximum, $comment }: JsonObject): string {
  if (Array.isArray(words)) return words.map((word) => `\`${word}\``).join(", ");
  if (typeof $comment === "string") return $comment;
  const limits = [
    minimum === undefined ? "" : `from ${minimum}`,
    exclusiveMinimum === undefined ? "" : `more than ${exclusiveMinimum}`,
    maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? "" : `to ${maximum}`,
  ];
  return [[type].flat().join(" or "), ...limits.filter((limit) => limit !== "")].join(" ");
}

function textOf({ description }: JsonObject): string {
  return typeof description === "string" ? description : "";
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
