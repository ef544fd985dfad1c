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
