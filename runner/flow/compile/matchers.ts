import { isMap, isScalar, isSeq, type Node, type Scalar } from "yaml";
import { quotedList, suggest, suggestion } from "../../base/suggest.ts";
import { isOperator, OBJECT_OPERATORS, OPERATORS, type Operator, TYPES } from "../match/matcher.ts";
import { matchesEverything } from "../match/usable.ts";
import type { CompiledMatcher } from "../types.ts";
import type { ValueSchema } from "../vocabulary.ts";
import { alwaysTrue } from "./conditions.ts";
import { canBeOfType, canHold, hasNumbers } from "./impossible.ts";
import { checkMembersOfIt } from "./it-members.ts";
import { describeNode, type Field, Mapping } from "./mapping.ts";
import { operatorMeant } from "./other-words.ts";
import { isObjectShape, memberShape } from "./shapes.ts";
import type { StepContext } from "./step-context.ts";
import { canEqual, compileData, compileStepValue } from "./step-values.ts";
import { compileText } from "./texts.ts";

/**
 * Compiles what is expected of values that are like `subject`.
 * @returns undefined if something in it is wrong, which is reported
 */
export function compileMatcher(
  context: StepContext,
  node: Node | undefined,
  subject: ValueSchema = {},
): CompiledMatcher | undefined {
  const text = subject.asText;
  if (!isMap(node)) {
    if (isSeq(node) && text !== undefined) return severalTexts(context, node, subject);
    if (subject.asWord !== undefined) return compileWord(context, node, subject, subject.asWord);
    if (text !== undefined) return member(text, compileMatcher(context, node, subject.properties?.[text]));
    if (isSeq(node) && !canEqual(context, node, subject, LIST_HINT)) return undefined;
    if (isScalar(node)) warnOfPattern(context, node);
    const value = compileStepValue(context, node, subject);
    return value && { kind: "equals", value };
  }
  const mapping = new Mapping(node, "the matcher", context.flow);
  const { keys } = mapping;
  const isObject = isObjectShape(subject);
  const words = keys.filter((key) => isOperator(key) && (!isObject || OBJECT_OPERATORS.includes(key)));
  if (keys.length === 0) return cannotFail(context, node, "an empty mapping");
  if (text !== undefined && words.length < keys.length && keys.every((key) => isOperator(key))) {
    // `{ contains: x }` of a message is about its text, as long as no member has that name.
    if (!keys.some((key) => Object.hasOwn(subject.properties ?? {}, key)))
      return member(text, compileMatcher(context, node, subject.properties?.[text]));
  }
  if (isObject && keys.includes("expr") && !Object.hasOwn(subject.properties ?? {}, "expr"))
    return exprOfObject(context, mapping);
  if (words.length === 0) return compileMembers(context, mapping, node, subject);
  if (words.length < keys.length) return mixed(context, mapping, words, subject);
  const matchers = keys.map((key) => compileOperator(context, mapping, key as Operator, subject));
  if (!matchers.every((each) => each !== undefined)) return undefined;
  if (!hasNumbers(context, context.flow.rangeOf(node), matchers)) return undefined;
  const [only] = matchers;
  return matchers.length === 1 ? only : { kind: "allOf", matchers };
}

const LIST_HINT =
  "A list is compared as a whole, each element with all that it has: for a part of it write `{ some: … }`, `{ every: … }` or `{ count: … }`.";

/** A pattern as other languages write it is a text here, which nothing is equal to. */
function warnOfPattern({ flow }: StepContext, node: Scalar): void {
  const [, pattern = ""] = /^\/(.+)\/$/.exec(String(node.value)) ?? [];
  if (!/[\\^$*+?()[\]|]/.test(pattern)) return;
  const meant = `{ matches: '${pattern.replaceAll("'", "''")}' }`;
  flow.diagnostics.warning(flow.rangeOf(node), {
    code: "pattern-as-text",
    message: "this is a text with slashes, and no pattern",
    hint: `For a pattern, write \`${meant}\`.`,
    fix: meant,
  });
}

/** A list where one text, or one word, stands for the subject. */
function severalTexts({ flow }: StepContext, node: Node, { asWord }: ValueSchema): undefined {
  flow.diagnostics.error(flow.rangeOf(node), {
    code: "wrong-type",
    message: `this must be one ${asWord === undefined ? "text" : "word"}, got a list`,
    hint: "For any of several, write `{ anyOf: [… , …] }`.",
  });
  return undefined;
}

/** Of an object `expr` would be a member, which nobody who writes it means. */
function exprOfObject({ flow }: StepContext, mapping: Mapping): undefined {
  flow.diagnostics.error(mapping.field("expr")?.keyRange ?? mapping.range, {
    code: "mixed-matcher",
    message: "`expr` judges texts, numbers and lists, and what is matched here is an object",
    hint: "Put it below the member that it is about, `{ member: { expr: … } }`.",
  });
  return undefined;
}

/** A word alone is one of a list's. */
function compileWord(
  context: StepContext,
  node: Node | undefined,
  subject: ValueSchema,
  name: string,
): CompiledMatcher | undefined {
  const words = subject.properties?.[name]?.items ?? {};
  if (isScalar(node) && typeof node.value === "string" && !node.value.includes("${")) {
    const known = (words.enum ?? []).map(String);
    if (!known.includes(node.value)) {
      context.flow.diagnostics.error(context.flow.rangeOf(node), {
        code: "invalid-value",
        message: `\`${node.value}\` is no word that can stand alone here`,
        hint: suggestion(node.value, known, "For a text that holds it, write `{ contains: … }`."),
      });
      return undefined;
    }
  }
  const value = compileStepValue(context, node, words);
  return member(name, value && { kind: "contains", matcher: { kind: "equals", value } });
}

function member(name: string, matcher: CompiledMatcher | undefined): CompiledMatcher | undefined {
  return matcher && { kind: "members", members: [[name, matcher]] };
}

function compileMembers(
  context: StepContext,
  mapping: Mapping,
  node: Node,
  subject: ValueSchema,
): CompiledMatcher | undefined {
  const { diagnostics } = context.flow;
  if (typeof subject.type === "string" && subject.type !== "object") {
    const [key = ""] = mapping.keys;
    diagnostics.error(mapping.field(key)?.keyRange ?? context.flow.rangeOf(node), {
      code: "unknown-key",
      message: `no matcher is called \`${key}\`, and what is matched is not a mapping`,
      ...meaning(key, Object.keys(OPERATORS)),
    });
    return undefined;
  }
  const members: [string, CompiledMatcher][] = [];
  for (const name of mapping.keys) {
    const field = mapping.field(name);
    if (subject.lowerCaseNames && name !== name.toLowerCase()) {
      diagnostics.error(field?.keyRange ?? context.flow.rangeOf(node), {
        code: "unknown-member",
        message: `names are in lower case here, and \`${name}\` is not`,
        hint: `Write \`${name.toLowerCase()}\`.`,
      });
      continue;
    }
    const shape = memberShape(subject, name);
    if ("missing" in shape) {
      diagnostics.error(field?.keyRange ?? context.flow.rangeOf(node), {
        code: "unknown-member",
        message: `what is matched has no member \`${name}\``,
        ...(isOperator(name)
          ? {
              hint: `Put it below the member that it is about: \`{ ${subject.asText ?? "member"}: { ${name}: … } }\`.`,
            }
          : meaning(name, [
              ...shape.missing,
              ...(subject.asText === undefined ? OBJECT_OPERATORS : Object.keys(OPERATORS)),
            ])),
      });
      continue;
    }
    const matcher = compileMatcher(context, field?.value, shape.schema);
    if (matcher) members.push([name, matcher]);
  }
  return members.length === mapping.keys.length ? { kind: "members", members } : undefined;
}

/** What is said of a name that is neither a member nor a word of matchers. */
function meaning(name: string, possible: readonly string[]): { hint: string; fix?: string } {
  const meant = operatorMeant(name, possible);
  return meant === undefined
    ? { hint: suggestion(name, possible) }
    : { hint: `Did you mean \`${meant}\`?`, fix: meant };
}

function mixed(
  context: StepContext,
  mapping: Mapping,
  words: readonly string[],
  subject: ValueSchema,
): undefined {
  const others = mapping.keys.filter((key) => !words.includes(key));
  const [word = ""] = words;
  const [other = ""] = others;
  const possible = isObjectShape(subject) ? OBJECT_OPERATORS : Object.keys(OPERATORS);
  const near = operatorMeant(other, possible) ?? suggest(other, possible);
  context.flow.diagnostics.error(mapping.field(word)?.keyRange ?? mapping.range, {
    code: "mixed-matcher",
    message: `${quotedList(words)} says something about the value, and ${quotedList(others)} about its members`,
    hint:
      near === undefined
        ? `For both, write \`allOf: [{ ${word}: … }, { ${other}: … }]\`; for a member that is called \`${word}\`, put the mapping under \`equals\`.`
        : `Did you mean \`${near}\` by \`${other}\`? For a member of that name, write \`allOf: [{ ${word}: … }, { ${other}: … }]\`.`,
  });
  return undefined;
}

function compileOperator(
  context: StepContext,
  mapping: Mapping,
  operator: Operator,
  subject: ValueSchema,
): CompiledMatcher | undefined {
  const field = mapping.field(operator);
  if (!field || !canHold(context, field.keyRange, operator, subject)) return undefined;
  switch (operator) {
    case "not":
      return negated(compileMatcher(context, field.value, subject), subject);
    case "every":
    case "some":
      return inner(operator, compileMatcher(context, field.value, subject.items));
    case "count":
      return inner(operator, compileMatcher(context, field.value, { type: "number" }));
    case "contains":
      return compileContains(context, field, subject);
    case "anyOf":
    case "allOf": {
      const nodes = mapping.list(field, 1)?.items as Node[] | undefined;
      const matchers = nodes?.map((node) => compileMatcher(context, node, subject));
      return matchers?.every((each) => each !== undefined) ? { kind: operator, matchers } : undefined;
    }
    case "between": {
      const [low, high] =
        isSeq(field.value) && field.value.items.length === 2 ? (field.value.items as Node[]) : [];
      if (!low || !high) return wrongOperand(context, field, "a list of two numbers");
      const from = compileStepValue(context, low, { type: "number" });
      const to = compileStepValue(context, high, { type: "number" });
      return from && to && { kind: "between", low: from, high: to };
    }
    case "captures": {
      const form = mapping.mapping(field);
      form?.allowKeys(["pattern", "values"]);
      const pattern = form && compilePattern(context, form.required("pattern", field.keyRange));
      const values = form?.required("values", field.keyRange);
      const of =
        values && compileMatcher(context, values.value, { type: "array", items: { type: "string" } });
      return pattern && of && { kind: "captures", pattern, values: of };
    }
    case "expr": {
      const text = mapping.text(field);
      const syntax = text && context.flow.expression(text.value, { params: ["it"], async: false });
      if (syntax) checkMembersOfIt(context, syntax, subject);
      if (syntax && alwaysTrue(syntax.ast)) return cannotFail(context, text.value, "this");
      return syntax && { kind: "expr", text: syntax.compiled.text, test: syntax.compiled };
    }
    case "matches": {
      const value = compilePattern(context, field);
      return value && { kind: operator, value };
    }
    case "equals": {
      // A text is the one that it stands for without `equals`.
      if (subject.asText !== undefined && isScalar(field.value))
        return compileMatcher(context, field.value, subject);
      if (!canEqual(context, field.value, subject)) return undefined;
      // What words a mapping has does not matter here.
      const value = compileData(context, field.value, (text) => compileText(context, text)?.value);
      return value && { kind: operator, value };
    }
    default:
      return compileSimple(context, field, operator, subject);
  }
}

/** What is not so is said of the text, which then is shown, and not the whole object. */
function negated(matcher: CompiledMatcher | undefined, { asText }: ValueSchema): CompiledMatcher | undefined {
  const [only, another] = matcher?.kind === "members" ? matcher.members : [];
  if (!only || another || only[0] !== asText) return inner("not", matcher);
  return member(only[0], { kind: "not", matcher: only[1] });
}

function inner(
  kind: "not" | "every" | "some" | "count" | "contains",
  matcher: CompiledMatcher | undefined,
): CompiledMatcher | undefined {
  return matcher && { kind, matcher };
}

function compileContains(
  context: StepContext,
  field: Field,
  subject: ValueSchema,
): CompiledMatcher | undefined {
  const { value } = field;
  if (isScalar(value) && value.value === "") return cannotFail(context, value, "an empty text");
  if (subject.type !== "string") return inner("contains", compileMatcher(context, value, subject.items));
  if (isMap(value) || isSeq(value)) return wrongOperand(context, field, "a text");
  return inner("contains", compileMatcher(context, value));
}

const SIMPLE: Readonly<Record<string, ValueSchema>> = {
  startsWith: { type: "string" },
  endsWith: { type: "string" },
  increasing: { type: "boolean" },
  exists: { type: "boolean" },
  isType: { enum: TYPES },
  above: { type: "number" },
  below: { type: "number" },
};

function compileSimple(
  context: StepContext,
  { value: node, valueRange }: Field,
  kind: "startsWith" | "endsWith" | "increasing" | "exists" | "isType" | "above" | "below",
  subject: ValueSchema,
): CompiledMatcher | undefined {
  const value = compileStepValue(context, node, SIMPLE[kind]);
  if (value && kind === "isType" && !canBeOfType(context, valueRange, value, subject)) return undefined;
  if (value?.kind === "literal" && value.value === "")
    return node && cannotFail(context, node, "an empty text");
  return value && { kind, value };
}

function compilePattern(context: StepContext, field: Field | undefined) {
  if (!field) return undefined;
  const value = compileStepValue(context, field.value, { type: "string" });
  if (value?.kind !== "literal") return value;
  try {
    if (matchesEverything(String(value.value)))
      return field.value && cannotFail(context, field.value, "this pattern");
  } catch (error) {
    context.flow.diagnostics.error(field.valueRange, {
      code: "invalid-pattern",
      message: (error as Error).message,
      hint: /^\(\?[a-z]+\)/.test(String(value.value))
        ? "Flags stand in a group with what they are for: `'(?i:hello)'`."
        : "A backslash makes a bracket stand for itself, `'\\('`; for a text as it is, use `contains`.",
    });
    return undefined;
  }
  return value;
}

function wrongOperand(context: StepContext, field: Field, wanted: string): undefined {
  context.flow.diagnostics.error(field.valueRange, {
    code: "wrong-type",
    message: `\`${field.key}\` must be ${wanted}, got ${describeNode(field.value)}`,
  });
  return undefined;
}

function cannotFail(context: StepContext, node: Node, what: string): undefined {
  context.flow.diagnostics.error(context.flow.rangeOf(node), {
    code: "matcher-cannot-fail",
    message: `${what} matches everything, so it checks nothing`,
    hint: "Say what must be there, or leave the matcher out.",
  });
  return undefined;
}
