import { full } from "acorn-walk";
import { mistyped } from "../../base/suggest.ts";
import { SourceRange } from "../../scenario/source/diagnostic.ts";
import type { ValueSchema } from "../vocabulary.ts";
import type { StepContext } from "./step-context.ts";
import { typeWords } from "./step-values.ts";
import type { ExpressionSyntax } from "./syntax.ts";

/** What values of a type have, by the name of the type. */
const PROTOTYPES: Readonly<Record<string, object>> = {
  string: String.prototype,
  number: Number.prototype,
  boolean: Boolean.prototype,
  array: Array.prototype,
};

/**
 * Reports a member of `it` that values of its declared type do not have: it would be undefined, and what is compared with
 * it never so.
 */
export function checkMembersOfIt(
  { flow }: StepContext,
  syntax: ExpressionSyntax,
  subject: ValueSchema,
): void {
  const prototype = typeof subject.type === "string" ? PROTOTYPES[subject.type] : undefined;
  if (!prototype) return;
  full(syntax.ast, (node) => {
    if (node.type !== "MemberExpression" || node.computed || node.property.type !== "Identifier") return;
    const { object, property } = node;
    if (object.type !== "Identifier" || object.name !== "it" || property.name in prototype) return;
    const meant = mistyped(property.name, Object.getOwnPropertyNames(prototype));
    const range = new SourceRange(
      flow.source.file,
      (offset) => syntax.locate(offset),
      property.start,
      property.end,
    );
    flow.diagnostics.error(range, {
      code: "unknown-member",
      message: `\`it\` is ${typeWords(subject)} here, which has no \`${property.name}\``,
      hint:
        meant === undefined
          ? "`it` is the value itself, and not what holds it."
          : `Did you mean \`${meant}\`?`,
    });
  });
}
