import { remarksOn, typeText } from "../actions/reference.ts";
import { STATEMENTS } from "../actions/vocabulary.ts";
import { mayBeLeftOut } from "../flow/arguments.ts";
import { REFUSAL, RESERVED, type ReservedWord } from "../flow/compile/actions.ts";
import { isObjectShape, memberShape } from "../flow/compile/shapes.ts";
import { isOperator, OBJECT_OPERATORS, OPERATORS, type Operator, TYPES } from "../flow/match/matcher.ts";
import type { FunctionEntry, ValueSchema } from "../flow/vocabulary.ts";
import type { Place } from "./cursor.ts";
import type { Suggestion } from "./suggestions.ts";

const RESERVED_WORDS: Readonly<Record<ReservedWord, string>> = {
  answer: "a matcher of the result",
  error: "a matcher of the refusal; without it a refusal fails the step, with it a success does",
  saveAs: "keeps the result by this name, for the texts of later statements",
  within: "limit of this statement: `500ms`, `20s`, `6m`",
  times: "how often in the whole scenario; looked at again at its end",
  because: "why it is so; shown when it is not",
};

const OPERATOR_WORDS: Readonly<Record<Operator, string>> = {
  not: "what must not match",
  anyOf: "a list of matchers of which one must match",
  allOf: "a list of matchers that must all match",
  equals: "the value, literally",
  exists: "whether it is there: true or false",
  isType: "string, number, boolean, list, object or null",
  contains: "of a text: what it holds; of a list: what one element matches",
  startsWith: "how the text begins",
  endsWith: "how the text ends",
  matches: "a regular expression, in single quotes",
  every: "what every element matches",
  some: "what one element matches",
  count: "a matcher of the number of elements",
  increasing: "each element is greater than the one before",
  above: "a number that it is greater than",
  below: "a number that it is less than",
  between: "`[low, high]`, both included",
  captures: "`{ pattern, values }`: what the pattern caught each time, as a list that `values` matches",
  expr: "an expression that is true; `it` is the value",
};

/** What may stand at a place of a `yaml qa-step` block. */
export function inStatements(
  place: Place,
  allowed: readonly string[] = Object.keys(STATEMENTS),
): Suggestion[] {
  const [item, member, ...rest] = place;
  if (!item || !("index" in item)) return [];
  if (!member) return statementsNamed(allowed);
  if (!("key" in member)) return [];
  const [head = ""] = member.keys;
  if (member.atKey && member.key === head) return statementsNamed(allowed);
  const entry = Object.hasOwn(STATEMENTS, head) ? STATEMENTS[head] : undefined;
  if (!entry) return [];
  if (member.atKey) return beside(entry, member.keys, member.key);
  return inMember(entry, head, member.key, rest);
}

function statementsNamed(names: readonly string[]): Suggestion[] {
  return names.flatMap((name): Suggestion[] => {
    const entry = STATEMENTS[name];
    return entry ? [{ name, kind: "statement", detail: entry.statement, about: describe(name, entry) }] : [];
  });
}

/** An action as a page about it: what it does, and what it takes. */
function describe(name: string, { summary, params, main, returns }: FunctionEntry): string {
  const lines = Object.entries(params).map(
    ([parameter, schema]) =>
      `- \`${parameter === main ? name : parameter}\`${mayBeLeftOut(schema) ? "" : " (needed)"}: ${about(schema)}`,
  );
  const saves = returns.opaque === "nothing" ? [] : [`\nSaves \`${typeText(returns) || "anything"}\`.`];
  return [summary, "", ...lines, ...saves].join("\n");
}

function about(schema: ValueSchema): string {
  const type = typeOf(schema);
  return [type, remarksOn(schema)].filter((part) => part !== "").join("; ");
}

function typeOf(schema: ValueSchema): string {
  if (schema.matches) return "matcher";
  if (schema.items?.matches) return "list of matchers";
  return schema.statements?.join(", ") ?? typeText(schema);
}

function beside(
  { params, main, statement }: FunctionEntry,
  present: readonly string[],
  typed: string,
): Suggestion[] {
  const named = Object.entries(params)
    .filter(([name]) => name !== main)
    .map(([name, schema]): Suggestion => key(name, typeOf(schema), remarksOn(schema)));
  const words = Object.entries(RESERVED)
    .filter(([name, takers]) => !Object.hasOwn(params, name) && takers.some((taker) => taker === statement))
    .map(([name]): Suggestion => key(name, undefined, RESERVED_WORDS[name as ReservedWord]));
  return [...named, ...words].filter(({ name }) => name === typed || !present.includes(name));
}

function key(name: string, detail: string | undefined, about: string | undefined): Suggestion {
  return { name, kind: "key", detail, about };
}

function inMember(entry: FunctionEntry, head: string, name: string, rest: Place): Suggestion[] {
  const { main, params, returns } = entry;
  const parameter = name === head ? main : name;
  const schema = parameter === undefined ? undefined : params[parameter];
  if (schema) return inValue(schema, rest);
  if (name === "answer") return inMatcher(returns, rest);
  return name === "error" ? inMatcher(REFUSAL, rest) : [];
}

function inValue(schema: ValueSchema, place: Place): Suggestion[] {
  if (schema.matches) return inMatcher(schema.matches, place);
  if (schema.statements) return inStatements(place, schema.statements);
  if (schema.anyOf) return schema.anyOf.flatMap((each) => inValue(each, place));
  const [part, ...rest] = place;
  if (!part) return values(schema);
  if ("index" in part) {
    const items = schema.items?.matches ? { matches: schema.items.matches } : schema.items;
    return items ? inValue(items, rest) : [];
  }
  const { properties = {}, additionalProperties } = schema;
  if (part.atKey) return members(properties, part.keys, part.key);
  const inner = Object.hasOwn(properties, part.key)
    ? properties[part.key]
    : typeof additionalProperties === "object"
      ? additionalProperties
      : undefined;
  return inner ? inValue(inner, rest) : [];
}

function values({ enum: choices = [], const: only, type, known = [], nameOf }: ValueSchema): Suggestion[] {
  const all = [
    ...choices,
    ...known,
    ...(only === undefined ? [] : [only]),
    ...(type === "boolean" ? [true, false] : []),
  ];
  const given = all.map((value): Suggestion => ({ name: String(value), kind: "value" }));
  return nameOf === undefined ? given : [...given, { name: nameOf, kind: "value", isDeclared: true }];
}

function members(
  properties: Readonly<Record<string, ValueSchema>>,
  present: readonly string[],
  typed: string,
): Suggestion[] {
  return Object.entries(properties)
    .filter(([name]) => name === typed || !present.includes(name))
    .map(([name, schema]) => key(name, typeText(schema), schema.description));
}

/** What a word alone can be. */
function words({ asWord, properties = {} }: ValueSchema): Suggestion[] {
  const list = asWord === undefined ? undefined : properties[asWord];
  return list?.items ? values(list.items) : [];
}

function inMatcher(subject: ValueSchema, place: Place): Suggestion[] {
  const [part, ...rest] = place;
  const text = subject.asText === undefined ? undefined : subject.properties?.[subject.asText];
  if (!part) return [...values(subject), ...(text ? values(text) : []), ...words(subject)];
  if ("index" in part) return inMatcher(subject.items ?? {}, rest);
  if (part.atKey) {
    const isObject = isObjectShape(subject) && text === undefined;
    const operators = (isObject ? OBJECT_OPERATORS : Object.keys(OPERATORS)).filter(isOperator);
    return [
      ...members(subject.properties ?? {}, part.keys, part.key),
      ...operators.map((name) => key(name, "matcher", OPERATOR_WORDS[name])),
    ];
  }
  const isMember = Object.hasOwn(subject.properties ?? {}, part.key);
  if (!isMember && isOperator(part.key)) return inOperand(part.key, text ?? subject, subject, rest);
  const shape = memberShape(subject, part.key);
  return "schema" in shape && shape.schema ? inMatcher(shape.schema, rest) : [];
}

function inOperand(operator: Operator, text: ValueSchema, subject: ValueSchema, place: Place): Suggestion[] {
  switch (OPERATORS[operator]) {
    case "matcher":
      if (operator === "not") return inMatcher(subject, place);
      return inMatcher(operator === "count" ? { type: "number" } : (text.items ?? {}), place);
    case "matchers":
      return place[0] && "index" in place[0] ? inMatcher(subject, place.slice(1)) : [];
    case "boolean":
      return inValue({ type: "boolean" }, place);
    case "type":
      return inValue({ enum: TYPES }, place);
    case "captures":
      return inValue(
        { properties: { pattern: { type: "string" }, values: { matches: { items: {} } } } },
        place,
      );
    default:
      return [];
  }
}
