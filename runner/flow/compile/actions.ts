import { isMap, isScalar, type Node, YAMLMap } from "yaml";
import { mistyped, suggestion } from "../../base/suggest.ts";
import type { SourceRange } from "../../scenario/source/diagnostic.ts";
import { mayBeLeftOut } from "../arguments.ts";
import type { ActionStatement, CompiledMatcher, Value } from "../types.ts";
import type { FunctionEntry, ValueSchema } from "../vocabulary.ts";
import { describeNode, type Field, Mapping } from "./mapping.ts";
import { compileMatcher } from "./matchers.ts";
import { durationMeant, keyMeant } from "./other-words.ts";
import type { StepContext } from "./step-context.ts";
import { compileStepValue } from "./step-values.ts";

/** How an action refuses: its message, where a text stands for it. */
export const REFUSAL: ValueSchema = {
  type: "object",
  properties: {
    message: { type: "string" },
    code: { type: "string" },
    details: { type: "string" },
  },
  asText: "message",
};

/** The words beside a statement's own parameters, with the kinds of statements that take them. */
export const RESERVED = {
  answer: ["acts"],
  error: ["acts"],
  saveAs: ["acts", "expects", "counts"],
  within: ["acts", "expects", "counts"],
  times: ["counts"],
  because: ["acts", "expects", "counts"],
} as const satisfies Record<string, readonly FunctionEntry["statement"][]>;

export type ReservedWord = keyof typeof RESERVED;

/**
 * Compiles a statement of a step below a heading: the first key is the action, its value the main parameter, and what is
 * named stands beside it.
 * @param allowed the actions that may stand here; by default all
 * @returns undefined if something in it is wrong, which is reported
 */
export function compileAction(
  context: StepContext,
  node: Node,
  allowed: readonly string[] = Object.keys(context.statements),
): ActionStatement | undefined {
  const { flow, statements } = context;
  if (isScalar(node) && typeof node.value === "string") {
    const entry = allowed.includes(node.value) ? statements[node.value] : undefined;
    if (!entry) return unknown(context, flow.rangeOf(node), node.value, allowed);
    return new ActionCompiler(context, node.value, entry, new Mapping(EMPTY, "", flow), node).compile();
  }
  if (!isMap(node)) {
    flow.diagnostics.error(flow.rangeOf(node), {
      code: "unknown-statement",
      message: `a statement is an action with its arguments, such as \`say: Hello\`, got ${describeNode(node)}`,
    });
    return undefined;
  }
  const mapping = new Mapping(node, "the statement", flow);
  const [name = ""] = mapping.keys;
  const entry = allowed.includes(name) ? statements[name] : undefined;
  const field = mapping.field(name);
  if (!entry || !field) {
    const action = mapping.keys.find((key) => allowed.includes(key));
    return action !== undefined && isBeside(name, statements[action])
      ? notFirst(context, field?.keyRange ?? mapping.range, name, action)
      : unknown(context, field?.keyRange ?? mapping.range, name, allowed);
  }
  return new ActionCompiler(context, name, entry, mapping, node.items[0]?.key as Node).compile();
}

/** Whether a word can stand beside an action. */
function isBeside(word: string, entry: FunctionEntry | undefined): boolean {
  return Object.hasOwn(RESERVED, word) || Object.hasOwn(entry?.params ?? {}, word);
}

function notFirst({ flow }: StepContext, range: SourceRange, name: string, action: string): undefined {
  flow.diagnostics.error(range, {
    code: "unknown-statement",
    message: `the action comes first, and \`${name}\` stands before \`${action}\``,
    hint: `Begin with \`- ${action}: …\`, and put \`${name}\` below it.`,
  });
  return undefined;
}

function unknown(
  { flow }: StepContext,
  range: SourceRange,
  name: string,
  allowed: readonly string[],
): undefined {
  const older = flow.names.olderAction(name)?.inSteps;
  if (older !== undefined) {
    const [, only] = /^`(\w+)`$/.exec(older) ?? [];
    flow.diagnostics.error(range, {
      code: "unknown-statement",
      message: `\`${name}\` is an action of the older forms, and no statement`,
      hint: `Here there is ${older}.`,
      fix: only !== undefined && allowed.includes(only) ? only : undefined,
    });
    return undefined;
  }
  flow.diagnostics.error(range, {
    code: "unknown-statement",
    message: name === "" ? "the statement is empty" : `there is no statement \`${name}\` here`,
    hint:
      OLDER_GRAMMAR.get(name) ??
      suggestion(name, allowed, allowed.length > FEW ? "docs/statements.md lists them." : undefined),
  });
  return undefined;
}

/** Words with which the older forms begin a statement. */
const OLDER_GRAMMAR: ReadonlyMap<string, string> = new Map(
  Object.entries({
    call: "Below a heading the action itself comes first: `- ask: Hello`.",
    set: "A statement keeps its result with `saveAs` beside it, and the front matter's `unique` makes up values.",
    assert: "What must be so is expected: `- expectReply: Hello`; docs/statements.md lists the statements.",
    throw: "What must be so is expected: `- expectReply: Hello`; docs/statements.md lists the statements.",
    if: "Below a heading there are no conditions: a step expects, and a version range in `gateways` says where it runs.",
    forEach:
      "Below a heading there are no loops: a table below `## Examples` runs the scenario for each row.",
    try: "A statement that acts takes `error`, a matcher of its refusal.",
  }),
);

const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m)$/;
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000 };
const LABEL_CHARS = 60;
/** So many actions can be listed in a hint. */
const FEW = 12;

class ActionCompiler {
  readonly #context: StepContext;
  readonly #name: string;
  readonly #entry: FunctionEntry;
  readonly #mapping: Mapping;
  /** The name as it stands in the file. */
  readonly #head: Node;

  constructor(context: StepContext, name: string, entry: FunctionEntry, mapping: Mapping, head: Node) {
    this.#context = context;
    this.#name = name;
    this.#entry = entry;
    this.#mapping = mapping;
    this.#head = head;
  }

  compile(): ActionStatement | undefined {
    const { diagnostics } = this.#context.flow;
    const before = diagnostics.all.length;
    this.#requireDeclared();
    const params = this.#params();
    const reserved = this.#reserved();
    this.#rejectOthers();
    const statement: ActionStatement = {
      kind: "action",
      position: this.#range.start,
      label: this.#label(),
      action: this.#name,
      params,
      ...reserved,
    };
    if (!reserved.error) this.#remarkMistyped();
    this.#noteNames(params);
    this.#followReply();
    const isWrong = diagnostics.all.slice(before).some(({ severity }) => severity === "error");
    return isWrong || diagnostics.hasAllErrors ? undefined : statement;
  }

  /** Which rooms, sessions and plugins it acts on, or expects something of. */
  #noteNames(params: readonly (readonly [string, Value])[]): void {
    const { named, flow } = this.#context;
    const { main, params: schemas, statement } = this.#entry;
    const acts = statement === "acts";
    if (acts) named.write(JSON.stringify(params));
    for (const [name, { names: what, default: otherwise }] of Object.entries(schemas)) {
      if (what === undefined) continue;
      const { value } = this.#mapping.field(name === main ? this.#name : name) ?? {};
      const text = isScalar(value) ? value.value : value === undefined ? otherwise : undefined;
      if (typeof text !== "string") continue;
      if (acts) named.know(what, text);
      else if (isScalar(value)) named.expect({ what, name: text, range: flow.rangeOf(value) });
    }
  }

  /** A statement that has taken the reply leaves none to the next one. */
  #followReply(): void {
    const { reply, statement } = this.#entry;
    const takenBy = this.#context.replyTakenBy;
    if (reply === "wanted" && takenBy !== undefined)
      this.#context.flow.diagnostics.warning(this.#range, {
        code: "reply-taken",
        message: `\`${takenBy}\` has taken the reply itself, and \`${this.#name}\` waits for another one`,
        hint: `Write \`reply: …\` below \`${takenBy}\`; a second message of its turn is one for \`expectMessage\`.`,
      });
    if (statement === "acts") this.#context.replyTakenBy = reply === "taken" ? this.#name : undefined;
  }

  get #range(): SourceRange {
    return this.#context.flow.rangeOf(this.#head);
  }

  /** A statement about what the front matter does not have can only fail. */
  #requireDeclared(): void {
    const { flow, roots } = this.#context;
    const { declared } = this.#entry;
    if (!declared || roots.given(declared.key)) return;
    flow.diagnostics.error(this.#range, {
      code: "not-declared",
      message: `\`${this.#name}\` is about what \`${declared.key}\` in the front matter declares, and it declares nothing`,
      hint: `Declare it there: \`${declared.example}\`.`,
    });
  }

  #params(): [string, Value][] {
    const { main, params } = this.#entry;
    const given: [string, Value][] = [];
    for (const [name, schema] of Object.entries(params)) {
      const field = this.#mapping.field(name === main ? this.#name : name);
      if (!field || (name === main && isEmpty(field))) {
        if (!mayBeLeftOut(schema)) this.#missing(name, schema);
        continue;
      }
      const value = this.#param(field, schema);
      if (value) given.push([name, value]);
    }
    return given;
  }

  #param(field: Field, schema: ValueSchema): Value | undefined {
    const { flow } = this.#context;
    if (schema.matches) return asValue(compileMatcher(this.#context, field.value, schema.matches));
    if (schema.items?.matches) {
      const nodes = this.#mapping.list(field, 1, this.#forNone)?.items as Node[] | undefined;
      const items = nodes?.map((node) => asValue(compileMatcher(this.#context, node, schema.items?.matches)));
      return items?.every((item) => item !== undefined) ? { kind: "list", items } : undefined;
    }
    if (schema.statements) {
      const nodes = this.#mapping.list(field, 1)?.items as Node[] | undefined;
      const statements = nodes?.map((node) => compileAction(this.#context, node, schema.statements));
      return statements?.every((each) => each !== undefined) ? { kind: "statements", statements } : undefined;
    }
    if (schema.function === undefined && schema.opaque === undefined)
      return this.#isNamedInside(field, schema)
        ? undefined
        : compileStepValue(this.#context, field.value, schema);
    flow.diagnostics.error(field.keyRange, {
      code: "wrong-type",
      message: `\`${field.key}\` cannot be written in a step`,
      hint: "Only the older forms can pass such a value.",
    });
    return undefined;
  }

  /** A name that looks like a known one is probably that; who expects a refusal may mean it. */
  #remarkMistyped(): void {
    const { flow } = this.#context;
    for (const [name, { known }] of Object.entries(this.#entry.params)) {
      const { value } = this.#mapping.field(name === this.#entry.main ? this.#name : name) ?? {};
      if (!known || !isScalar(value) || typeof value.value !== "string") continue;
      const meant = mistyped(value.value, known);
      if (meant === undefined) continue;
      flow.diagnostics.warning(flow.rangeOf(value), {
        code: "mistyped-name",
        message: `no ${name} \`${value.value}\` is known`,
        hint: `Did you mean \`${meant}\`?`,
      });
    }
  }

  /** What is named is often written into the main value, where it stands beside it. */
  #isNamedInside({ key, value, valueRange }: Field, { type }: ValueSchema): boolean {
    if (key !== this.#name || type === undefined || [type].flat().includes("object") || !isMap(value))
      return false;
    const { main, params } = this.#entry;
    const names = value.items.map((pair) => String(pair.key)).filter((name) => Object.hasOwn(params, name));
    if (names.length === 0) return false;
    const [beside] = names.filter((name) => name !== main);
    this.#context.flow.diagnostics.error(valueRange, {
      code: "wrong-type",
      message: `what is named stands beside \`${key}\`, not in it`,
      hint: `Write \`- ${key}: …\`${beside === undefined ? "" : `, and below it \`  ${beside}: …\``}.`,
    });
    return true;
  }

  #missing(name: string, { description }: ValueSchema): void {
    const isMain = name === this.#entry.main;
    this.#context.flow.diagnostics.error(this.#range, {
      code: "missing-property",
      message: isMain ? `\`${this.#name}\` needs a value: ${name}` : `\`${this.#name}\` needs \`${name}\``,
      hint: description,
    });
  }

  #reserved(): Partial<ActionStatement> {
    const saveAs = this.#saveAs();
    const withinMs = this.#within();
    const times = this.#times();
    const because = this.#own("because");
    const reason = because && compileStepValue(this.#context, because.value, { type: "string" });
    const answer = this.#matcher("answer", this.#entry.returns);
    const error = this.#matcher("error", REFUSAL);
    if (this.#own("error")) this.#rejectResultOfRefusal();
    return {
      ...(answer ? { answer } : {}),
      ...(error ? { error } : {}),
      ...(withinMs === undefined ? {} : { withinMs }),
      ...(times === undefined ? {} : { times }),
      ...(reason ? { because: reason } : {}),
      ...(saveAs === undefined ? {} : { saveAs }),
    };
  }

  /** What is refused has no result. */
  #rejectResultOfRefusal(): void {
    for (const word of ["answer", "saveAs"] as const) {
      const field = this.#own(word);
      if (!field) continue;
      this.#context.flow.diagnostics.error(field.keyRange, {
        code: "unexpected-property",
        message: `\`${word}\` cannot stand beside \`error\`: what is refused has no result`,
        hint: `Leave one of them out: \`error\` where it must be refused, \`${word}\` where it must succeed.`,
      });
    }
  }

  /** The field of a reserved word that this statement takes. */
  #own(word: ReservedWord): Field | undefined {
    const takers: readonly FunctionEntry["statement"][] = RESERVED[word];
    return takers.includes(this.#entry.statement) && !Object.hasOwn(this.#entry.params, word)
      ? this.#mapping.field(word)
      : undefined;
  }

  #matcher(word: "answer" | "error", subject: ValueSchema): CompiledMatcher | undefined {
    const field = this.#own(word);
    return field && compileMatcher(this.#context, field.value, subject);
  }

  #saveAs(): string | undefined {
    const text = this.#mapping.text(this.#own("saveAs"));
    if (!text) return undefined;
    const { flow, roots } = this.#context;
    const name = text.value.value;
    if (roots.isReserved(name)) {
      flow.diagnostics.error(text.valueRange, {
        code: "invalid-name",
        message: `nothing can be saved as \`${name}\`, which has a meaning of its own`,
        hint: "Choose another name.",
      });
      return undefined;
    }
    if (roots.isUnique(name)) {
      flow.diagnostics.error(text.valueRange, {
        code: "invalid-name",
        message: `\`${name}\` is a value that \`unique\` makes up, and saving something by that name would replace it`,
        hint: "Choose another name.",
      });
      return undefined;
    }
    flow.names.defineVariable(name, text.valueRange, flow.loops);
    roots.save(name, this.#entry.returns);
    return name;
  }

  #within(): number | undefined {
    const field = this.#own("within");
    if (!field) return undefined;
    const written = isScalar(field.value) ? String(field.value.value) : "";
    const [, amount, unit = ""] = DURATION.exec(written) ?? [];
    if (amount !== undefined) return Math.round(Number(amount) * (UNITS[unit] ?? 1));
    const meant = durationMeant(written);
    this.#context.flow.diagnostics.error(field.valueRange, {
      code: "invalid-duration",
      message: `\`within\` must be a duration, got ${describeNode(field.value)}`,
      hint: `${meant === undefined ? "" : `Did you mean \`${meant}\`? `}Write a number with its unit: \`500ms\`, \`20s\`, \`6m\`.`,
      fix: meant,
    });
    return undefined;
  }

  #times(): number | undefined {
    const field = this.#own("times");
    if (!field) return undefined;
    const value = isScalar(field.value) ? field.value.value : undefined;
    if (typeof value === "number" && Number.isSafeInteger(value) && value > 0) return value;
    this.#context.flow.diagnostics.error(field.valueRange, {
      code: "wrong-type",
      message: `\`times\` must be a whole number above 0, got ${describeNode(field.value)}`,
      hint: value === 0 ? this.#forNone : undefined,
    });
    return undefined;
  }

  /** What to write where none of these events is expected. */
  get #forNone(): string | undefined {
    const none = this.#name.replace(/^expect(.+?)s?$/, "expectNo$1");
    return Object.hasOwn(this.#context.statements, none)
      ? `For none at all there is \`${none}\`.`
      : undefined;
  }

  #rejectOthers(): void {
    const { diagnostics } = this.#context.flow;
    const { main, params, statement } = this.#entry;
    const words = Object.entries(RESERVED).flatMap(([word, takers]) =>
      (takers as readonly FunctionEntry["statement"][]).includes(statement) ? [word] : [],
    );
    const named = Object.keys(params).filter((name) => name !== main);
    const head = this.#mapping.field(this.#name);
    if (head && main === undefined && !isEmpty(head)) {
      diagnostics.error(head.valueRange, {
        code: "unexpected-property",
        message: `\`${this.#name}\` takes no value of its own`,
        hint: named.length > 0 ? `Beside it may stand ${named.join(", ")}.` : `Write \`- ${this.#name}\`.`,
      });
    }
    for (const key of this.#mapping.keys) {
      if (key === this.#name || named.includes(key) || words.includes(key)) continue;
      const range = this.#mapping.field(key)?.keyRange ?? this.#range;
      if (Object.hasOwn(this.#context.statements, key)) {
        diagnostics.error(range, {
          code: "two-statements",
          message: `\`${key}\` and \`${this.#name}\` are two statements`,
          hint: `Give each an entry of its own, with a dash: \`- ${key}: …\`.`,
        });
        continue;
      }
      const possible = [...named, ...words];
      const meant = keyMeant(
        key,
        possible.filter((word) => !this.#mapping.field(word)),
      );
      diagnostics.error(range, {
        code: "unknown-key",
        message: `\`${this.#name}\` has no parameter \`${key}\``,
        hint: meant === undefined ? suggestion(key, possible) : `Did you mean \`${meant}\`?`,
        fix: meant,
      });
    }
  }

  /** `expectSkill lifecycle-marker` */
  #label(): string {
    const { value } = this.#mapping.field(this.#name) ?? {};
    const text =
      isScalar(value) && value.value !== null ? String(value.value).replace(/\s+/g, " ").trim() : "";
    const short = text.length > LABEL_CHARS ? `${text.slice(0, LABEL_CHARS - 1)}…` : text;
    return short === "" ? this.#name : `${this.#name} ${short}`;
  }
}

/** The mapping of a bare word. */
const EMPTY = new YAMLMap();

function isEmpty({ value }: Field): boolean {
  return value === undefined || (isScalar(value) && value.value === null);
}

function asValue(matcher: CompiledMatcher | undefined): Value | undefined {
  return matcher && { kind: "matcher", matcher };
}
