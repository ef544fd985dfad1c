import { mayBeLeftOut } from "../flow/arguments.ts";
import { REFUSAL } from "../flow/compile/actions.ts";
import { isObjectShape } from "../flow/compile/shapes.ts";
import { OBJECT_OPERATORS, OPERATORS, type Operator, TYPES } from "../flow/match/matcher.ts";
import type { FunctionEntry, StatementVocabulary, ValueSchema } from "../flow/vocabulary.ts";

type Json = Readonly<Record<string, unknown>>;

const STRING: Json = { type: "string" };
/** A text that holds a value, which may be of any type. */
const TEXT_WITH_VALUE: Json = { type: "string", pattern: "\\$\\{" };
const COMPUTED: Json = {
  type: "object",
  required: ["expr"],
  properties: { expr: STRING },
  additionalProperties: false,
};
const CAPTURES: Json = {
  type: "object",
  required: ["pattern", "values"],
  additionalProperties: false,
};
const WITHIN: Json = { type: "string", pattern: "^\\d+(\\.\\d+)?(ms|s|m)$" };

/** Text of `qa/steps.schema.json`: the list of statements of a `yaml qa-step` block, for editors. */
export function stepsJsonSchemaText(statements: StatementVocabulary): string {
  const { definitions, ...schema } = new StepsSchema(statements).schema();
  // A line for each: there are many, and nobody reads them.
  const lines = Object.entries(definitions).map(
    ([name, definition]) => `    ${JSON.stringify(name)}: ${JSON.stringify(definition)}`,
  );
  const rest = JSON.stringify(schema, undefined, 2).replace(/\n}$/, "");
  return `${rest},\n  "definitions": {\n${lines.join(",\n")}\n  }\n}\n`;
}

/**
 * What the check at load accepts, as JSON Schema, as far as that can say it: never less. A mixture of members and words of
 * matchers, and where a path leads, is for the check alone.
 */
class StepsSchema {
  readonly #statements: StatementVocabulary;
  readonly #definitions: Record<string, Json> = {};
  /** Names of the definitions of matchers, by what they are about. */
  readonly #matchers = new Map<string, string>();

  constructor(statements: StatementVocabulary) {
    this.#statements = statements;
  }

  schema(): Json & { definitions: Readonly<Record<string, Json>> } {
    const names = Object.keys(this.#statements).sort();
    return {
      $schema: "http://json-schema.org/draft-07/schema#",
      title: "Gateway QA step",
      description: "The statements of a `yaml qa-step` block.",
      type: "array",
      minItems: 1,
      items: this.#oneOf(names),
      definitions: this.#definitions,
    };
  }

  /** A statement with one of these names, or the name alone where it needs no value. */
  #oneOf(names: readonly string[]): Json {
    const bare = names.filter((name) => {
      const entry = this.#statements[name];
      return entry && (entry.main === undefined || mayBeLeftOut(entry.params[entry.main]));
    });
    const entries = names.flatMap((name) => {
      const entry = this.#statements[name];
      return entry ? [this.#defined(name, () => this.#statement(name, entry))] : [];
    });
    return { anyOf: [...(bare.length > 0 ? [{ enum: bare }] : []), ...entries] };
  }

  #statement(name: string, { summary, params, main, returns, statement }: FunctionEntry): Json {
    const keyOf = (parameter: string) => (parameter === main ? name : parameter);
    const own = Object.entries(params).map(([parameter, schema]) => {
      const isMain = parameter === main;
      const value = this.#parameter(schema, `${name}.${parameter}`);
      const described = { ...value, description: isMain ? summary : schema.description };
      // What may be left out may be empty behind the name.
      const isEmpty = isMain && mayBeLeftOut(schema);
      return [
        keyOf(parameter),
        isEmpty ? { description: summary, anyOf: [{ type: "null" }, value] } : described,
      ];
    });
    const required = Object.entries(params).flatMap(([parameter, schema]) =>
      mayBeLeftOut(schema) ? [] : [keyOf(parameter)],
    );
    return {
      type: "object",
      additionalProperties: false,
      required: [...new Set([name, ...required])],
      properties: {
        ...(main === undefined ? { [name]: { type: "null", description: summary } } : {}),
        ...Object.fromEntries(own),
        ...(statement === "acts"
          ? { answer: this.#matcher(returns, `${name}.answer`), error: this.#matcher(REFUSAL, "error") }
          : {}),
        ...(statement === "counts" ? { times: { type: "integer", minimum: 1 } } : {}),
        saveAs: STRING,
        within: WITHIN,
        because: STRING,
      },
    };
  }

  #parameter(schema: ValueSchema, path: string): Json {
    const { matches, items, statements } = schema;
    // Beside a reference nothing else counts.
    if (matches) return { allOf: [this.#matcher(matches, path)] };
    if (items?.matches) return { type: "array", minItems: 1, items: this.#matcher(items.matches, path) };
    if (statements) return { type: "array", minItems: 1, items: this.#oneOf(statements) };
    return this.#value(schema);
  }

  /** A value, or what takes its place: a text with `${…}`, or what is computed. */
  #value(schema: ValueSchema): Json {
    const plain = this.#plain(schema);
    if (Object.keys(plain).length === 0) return {};
    const isText = schema.type === "string" && schema.enum === undefined;
    const text = isText || schema.literal ? [] : [this.#textWithValue];
    return { anyOf: [plain, ...text, this.#defined("computed", () => COMPUTED)] };
  }

  #plain({ anyOf, enum: choices, const: only, type, minimum, items, ...schema }: ValueSchema): Json {
    if (anyOf) return { anyOf: anyOf.map((each) => this.#plain(each)) };
    if (choices) return { enum: choices };
    if (only !== undefined) return { const: only };
    const { properties, additionalProperties: others } = schema;
    const members = Object.entries(properties ?? {}).map(([name, member]) => [name, this.#value(member)]);
    return {
      ...(type === undefined ? {} : { type }),
      ...(minimum === undefined ? {} : { minimum }),
      ...(items ? { items: this.#value(items) } : {}),
      ...(members.length > 0 ? { properties: Object.fromEntries(members) } : {}),
      ...(typeof others === "object" ? { additionalProperties: this.#value(others) } : {}),
    };
  }

  /** @param path names the definition, which all matchers about the like share */
  #matcher({ description: _description, ...subject }: ValueSchema, path: string): Json {
    const key = JSON.stringify(subject, (name, value) => (name === "description" ? undefined : value));
    const known = this.#matchers.get(key);
    const name = known ?? path;
    this.#matchers.set(key, name);
    return this.#defined(name, () => this.#matcherOf(subject, name));
  }

  #matcherOf(subject: ValueSchema, path: string): Json {
    const { asText, asWord, properties = {}, type, additionalProperties } = subject;
    const isObject = isObjectShape(subject);
    const text = asText === undefined ? undefined : (properties[asText] ?? {});
    const word = asWord === undefined ? undefined : properties[asWord]?.items;
    const shown = word ?? text ?? (isObject ? { const: null } : subject);
    const operators = (Object.keys(OPERATORS) as Operator[])
      .filter((operator) => !isObject || text || OBJECT_OPERATORS.includes(operator))
      .map((operator) => [operator, this.#operand(operator, subject, text ?? subject, path)]);
    const members = Object.entries(properties).map(([name, member]) => {
      const reference = this.#matcher(member, `${path}.${name}`);
      const { description } = member;
      return [name, description === undefined ? reference : { allOf: [reference], description }];
    });
    const isOpen =
      members.length === 0 ? type === undefined || type === "object" : additionalProperties === true;
    const length = { length: this.#matcher({ type: "number" }, "number") };
    const mapping = {
      type: "object",
      minProperties: 1,
      properties: {
        ...Object.fromEntries(operators),
        ...(type === "string" || type === "array" ? length : {}),
        ...Object.fromEntries(members),
      },
      ...(type === "array"
        ? { patternProperties: { "^\\d+$": this.#matcher(subject.items ?? {}, `${path}.item`) } }
        : {}),
      ...(isOpen ? {} : { additionalProperties: false }),
    };
    const plain = this.#plain(shown);
    return Object.keys(plain).length === 0
      ? { anyOf: [{ not: { type: "object" } }, mapping] }
      : { anyOf: [plain, this.#textWithValue, mapping] };
  }

  #operand(operator: Operator, subject: ValueSchema, text: ValueSchema, path: string): Json {
    const items = text.items ?? {};
    switch (operator) {
      case "not":
        return this.#matcher(subject, path);
      case "anyOf":
      case "allOf":
        return { type: "array", minItems: 1, items: this.#matcher(subject, path) };
      case "equals":
        return {};
      case "every":
      case "some":
        return this.#matcher(items, `${path}.item`);
      case "contains":
        return this.#matcher(text.type === "string" ? {} : items, `${path}.item`);
      case "count":
        return this.#matcher({ type: "number" }, "number");
      case "captures":
        return this.#defined(operator, () => {
          const values = this.#matcher({ type: "array", items: { type: "string" } }, "texts");
          return { ...CAPTURES, properties: { pattern: STRING, values } };
        });
      case "between":
        return this.#defined(operator, () => ({
          type: "array",
          minItems: 2,
          maxItems: 2,
          items: this.#value({ type: "number" }),
        }));
      case "isType":
        return this.#defined(operator, () => this.#value({ enum: TYPES }));
      case "exists":
      case "increasing":
        return this.#defined("aBoolean", () => this.#value({ type: "boolean" }));
      case "above":
      case "below":
        return this.#defined("aNumber", () => this.#value({ type: "number" }));
      case "startsWith":
      case "endsWith":
      case "matches":
        return this.#defined("aText", () => this.#value({ type: "string" }));
      case "expr":
        return STRING;
    }
  }

  get #textWithValue(): Json {
    return this.#defined("textWithValue", () => TEXT_WITH_VALUE);
  }

  /** A reference to a definition, which is made when it is first needed. */
  #defined(name: string, make: () => Json): Json {
    if (!Object.hasOwn(this.#definitions, name)) {
      // It may refer to itself.
      this.#definitions[name] = {};
      this.#definitions[name] = make();
    }
    return { $ref: `#/definitions/${name}` };
  }
}
