import { mayBeLeftOut } from "../flow/arguments.ts";
import type { FunctionEntry, StatementVocabulary, ValueSchema } from "../flow/vocabulary.ts";
import { remarksOn, typeText } from "./reference.ts";

const KINDS = {
  acts: "acts: takes `answer` and `error`",
  expects: "expects",
  counts: "expects: takes `times`",
} as const;

/** docs/statements.md, made from the declarations of the actions. */
export function statementReference(statements: StatementVocabulary): string {
  const names = Object.keys(statements).sort();
  return `${[
    "# Statements",
    "",
    "What a step below a heading can hold ([how](scenario-steps.md)). Generated from the declarations in `runner/actions`",
    "by `pnpm generate`; change them there. The value of a statement's first key is its main parameter, and the others",
    "stand beside it. Every statement takes `saveAs`, `within` and `because` as well.",
    "",
    ...names.flatMap((name) => describe(name, statements[name])),
  ]
    .join("\n")
    .trimEnd()}\n`;
}

function describe(name: string, entry: FunctionEntry | undefined): string[] {
  if (!entry?.statement) return [];
  const { summary, params, main, returns, needs, statement } = entry;
  return [
    `## \`${name}\``,
    "",
    summary,
    "",
    ...Object.entries(params).map(([parameter, schema]) => describeParameter(parameter, schema, main)),
    `- ${KINDS[statement]}`,
    ...(returns.opaque === "nothing" ? [] : [`- saves: \`${typeText(returns) || "anything"}\``]),
    ...(needs ? [`- needs: \`${needs}\``] : []),
    "",
  ];
}

function describeParameter(name: string, schema: ValueSchema, main: string | undefined): string {
  const type = schema.matches
    ? "matcher"
    : schema.items?.matches
      ? "list of matchers"
      : (schema.statements?.join(", ") ?? typeText(schema));
  return `- \`${name}\`${name === main ? " (main)" : ""}${type ? `, ${schema.matches || schema.items?.matches ? type : `\`${type}\``}` : ""}: ${remarksOn(schema)}`;
}

/** Text of `qa/steps.schema.json`: the list of statements of a `yaml qa-step` block, for editors. */
export function stepsJsonSchemaText(statements: StatementVocabulary): string {
  const names = Object.keys(statements).sort();
  const bare = names.filter((name) => {
    const entry = statements[name];
    return entry?.main === undefined || mayBeLeftOut(entry.params[entry.main]);
  });
  const schema = {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Gateway QA step",
    description: "The statements of a `yaml qa-step` block.",
    type: "array",
    minItems: 1,
    items: {
      anyOf: [
        { enum: bare },
        ...names.flatMap((name) => {
          const entry = statements[name];
          return entry ? [statementSchema(name, entry)] : [];
        }),
      ],
    },
  };
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}

function statementSchema(name: string, { summary, params, main, statement }: FunctionEntry): object {
  const own = Object.entries(params).map(([parameter, schema]) => [
    parameter === main ? name : parameter,
    { ...editorSchema(schema), ...(parameter === main ? { description: summary } : {}) },
  ]);
  const required = Object.entries(params).flatMap(([parameter, schema]) =>
    mayBeLeftOut(schema) ? [] : [parameter === main ? name : parameter],
  );
  return {
    type: "object",
    additionalProperties: false,
    required: [...new Set([name, ...required])],
    properties: {
      ...(main === undefined ? { [name]: { type: "null", description: summary } } : {}),
      ...Object.fromEntries(own),
      ...(statement === "acts" ? { answer: {}, error: {} } : {}),
      ...(statement === "counts" ? { times: { type: "integer", minimum: 1 } } : {}),
      saveAs: { type: "string" },
      within: { type: "string", pattern: "^\\d+(\\.\\d+)?(ms|s|m)$" },
      because: { type: "string" },
    },
  };
}

/** Values may be `${…}` or computed, so only what can be chosen from and what is said of them is kept. */
function editorSchema({ description, enum: choices }: ValueSchema): object {
  return { ...(description ? { description } : {}), ...(choices ? { anyOf: [{ enum: choices }, {}] } : {}) };
}
