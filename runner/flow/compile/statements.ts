import { isMap, isSeq, type Node, type YAMLSeq } from "yaml";
import { suggestion } from "../../base/suggest.ts";
import { SourceRange } from "../../scenario/source/diagnostic.ts";
import { statementsIn } from "../statement-list.ts";
import type {
  AssertStatement,
  CallStatement,
  ForEachStatement,
  IfStatement,
  SetStatement,
  Statement,
  ThrowStatement,
  TryStatement,
  Value,
} from "../types.ts";
import { alwaysTrue, comparisonOf } from "./conditions.ts";
import type { CompileContext } from "./context.ts";
import { describeNode, type Field, Mapping } from "./mapping.ts";
import { compilePath, compileValue, useUnlessBlockName } from "./values.ts";

type StatementCompiler = (context: CompileContext, mapping: Mapping, field: Field) => Statement | undefined;

const shorthand: StatementCompiler = (context, mapping, field) => {
  mapping.allowKeys([field.key, "saveAs"]);
  const path = [
    { name: "transport", range: field.keyRange },
    { name: field.key, range: field.keyRange },
  ] as const;
  useUnlessBlockName(context, "call", path, 1);
  const value = compileValue(context, field.value);
  const saveAs = compileSaveAs(context, mapping);
  return (
    value &&
    call(
      field,
      field.key,
      path.map(({ name }) => name),
      [value],
      saveAs,
    )
  );
};

/** In upstream's order: the first key that a statement has decides what it is. */
const COMPILERS: Readonly<Record<string, StatementCompiler>> = {
  call: compileCall,
  sendInbound: shorthand,
  sendNativeCommand: shorthand,
  waitForOutbound: shorthand,
  waitForOutboundSequence: shorthand,
  waitForNoOutbound: shorthand,
  resetTransport: compileResetTransport,
  set: compileSet,
  assert: compileAssert,
  throw: compileThrow,
  if: compileIf,
  forEach: compileForEach,
  try: compileTry,
};

const STATEMENT_KEYS = Object.keys(COMPILERS);

/** Compiles a list of actions. Statements with errors are reported and left out. */
export function compileStatements(context: CompileContext, list: YAMLSeq | undefined): Statement[] {
  const statements: Statement[] = [];
  for (const node of list?.items ?? []) {
    const statement = compileStatement(context, node as Node);
    if (statement) statements.push(statement);
  }
  return statements;
}

function compileStatement(context: CompileContext, node: Node): Statement | undefined {
  if (!isMap(node)) {
    context.diagnostics.error(context.rangeOf(node), {
      code: "unknown-statement",
      message: `a statement is a mapping such as \`call: reset\`, got ${describeNode(node)}`,
    });
    return undefined;
  }
  const mapping = new Mapping(node, "the statement", context);
  const key = STATEMENT_KEYS.find((candidate) => mapping.field(candidate));
  const field = key === undefined ? undefined : mapping.field(key);
  const compile = key === undefined ? undefined : COMPILERS[key];
  const another = STATEMENT_KEYS.filter((candidate) => candidate !== key)
    .map((candidate) => mapping.field(candidate))
    .find((other) => other !== undefined);
  if (field && another) {
    // One of them would be left out without a word: the assert of a scenario that then passes.
    context.diagnostics.error(another.keyRange, {
      code: "two-statements",
      message: `\`${another.key}\` and \`${field.key}\` are two statements`,
      hint: "Give each an entry of its own in the list.",
    });
    return undefined;
  }
  if (field && compile) return compile(context, mapping, field);
  reportUnknown(context, mapping);
  return undefined;
}

function reportUnknown(context: CompileContext, mapping: Mapping): void {
  const [first = ""] = mapping.keys;
  context.diagnostics.error(mapping.field(first)?.keyRange ?? mapping.range, {
    code: "unknown-statement",
    message: first === "" ? "the statement is empty" : `there is no statement \`${first}\``,
    hint: suggestion(first, STATEMENT_KEYS, `Statements are ${STATEMENT_KEYS.join(", ")}.`),
  });
}

function compileCall(context: CompileContext, mapping: Mapping, field: Field): CallStatement | undefined {
  mapping.allowKeys(["call", "args", "saveAs"]);
  const text = mapping.text(field);
  const path = text && compilePath(context, text.value);
  const nodes = mapping.list(mapping.field("args"), 0)?.items ?? [];
  const args = nodes.map((node) => compileValue(context, node as Node));
  const argsKnown = mapping.field("args") === undefined || isSeq(mapping.field("args")?.value);
  const count = argsKnown ? args.length : undefined;
  if (path) useUnlessBlockName(context, "call", path, count, textOf(args[0]));
  const saveAs = compileSaveAs(context, mapping);
  if (!path || !args.every((arg) => arg !== undefined)) return undefined;
  const names = path.map(({ name }) => name);
  return call(field, `call ${names.join(".")}`, names, args, saveAs);
}

function textOf(value: Value | undefined): string | undefined {
  return value?.kind === "literal" && typeof value.value === "string" ? value.value : undefined;
}

function call(
  field: Field,
  label: string,
  path: readonly string[],
  args: readonly Value[],
  saveAs: string | undefined,
): CallStatement {
  return { kind: "call", position: field.keyRange.start, label, path, args, ...(saveAs ? { saveAs } : {}) };
}

function compileResetTransport(
  context: CompileContext,
  mapping: Mapping,
  field: Field,
): Statement | undefined {
  mapping.allowKeys(["resetTransport"]);
  if (mapping.boolean(field) === false) {
    context.diagnostics.error(field.valueRange, {
      code: "wrong-type",
      message: "`resetTransport` must be true",
      hint: "Leave the statement out if nothing is to be reset.",
    });
  }
  useUnlessBlockName(context, "call", [{ name: "resetTransport", range: field.keyRange }], 0);
  return call(field, "resetTransport", ["resetTransport"], [], undefined);
}

function compileSet(context: CompileContext, mapping: Mapping, field: Field): SetStatement | undefined {
  mapping.allowKeys(["set", "value"]);
  const valueField = mapping.required("value", field.keyRange);
  const value = valueField && compileValue(context, valueField.value);
  const name = compileVariable(context, mapping, field);
  if (name === undefined || !value) return undefined;
  return { kind: "set", position: field.keyRange.start, label: `set ${name}`, name, value };
}

function compileSaveAs(context: CompileContext, mapping: Mapping): string | undefined {
  return compileVariable(context, mapping, mapping.field("saveAs"));
}

/** The variable that a `set` or `saveAs` fills. A block's own name stays the block's. */
function compileVariable(
  context: CompileContext,
  mapping: Mapping,
  field: Field | undefined,
): string | undefined {
  const text = mapping.text(field);
  if (!text) return undefined;
  const name = text.value.value;
  if (!context.isBlockName(name)) context.names.defineVariable(name, text.valueRange, context.loops);
  return name;
}

function compileAssert(context: CompileContext, mapping: Mapping, field: Field): AssertStatement | undefined {
  mapping.allowKeys(["assert"]);
  const form = isMap(field.value) ? mapping.mapping(field) : undefined;
  form?.allowKeys(["expr", "message"]);
  const text = form ? form.text(form.required("expr")) : mapping.text(field);
  const syntax = text && context.expression(text.value);
  const messageField = form?.field("message");
  const message = messageField && context.message(() => compileValue(context, messageField.value));
  if (!syntax) return undefined;
  const always = alwaysTrue(syntax.ast);
  if (always) {
    const { why, hint, start, end } = always;
    context.diagnostics.warning(
      new SourceRange(context.source.file, (offset) => syntax.locate(offset), start, end),
      { code: "assert-cannot-fail", message: `the assert cannot fail: ${why}`, hint },
    );
  }
  const comparison = comparisonOf(syntax);
  const { compiled } = syntax;
  return {
    kind: "assert",
    position: field.keyRange.start,
    label: `assert ${shorten(compiled.text)}`,
    condition: comparison ? { ...compiled, comparison } : compiled,
    ...(message ? { message } : {}),
  };
}

function compileThrow(context: CompileContext, mapping: Mapping, field: Field): ThrowStatement | undefined {
  mapping.allowKeys(["throw"]);
  const base = { kind: "throw", position: field.keyRange.start, label: "throw" } as const;
  if (!isMap(field.value)) {
    const text = mapping.text(field);
    return text && { ...base, message: { kind: "literal", value: text.value.value } };
  }
  const form = mapping.mapping(field);
  form?.allowKeys(["expr", "message"]);
  const text = form?.text(form.field("expr"));
  const error = text && context.expression(text.value)?.compiled;
  const messageField = form?.field("message");
  const message = messageField && compileValue(context, messageField.value);
  return { ...base, ...(error ? { error } : {}), ...(message ? { message } : {}) };
}

function compileIf(context: CompileContext, mapping: Mapping, field: Field): IfStatement | undefined {
  mapping.allowKeys(["if"]);
  const form = mapping.mapping(field);
  if (!form) return undefined;
  form.allowKeys(["expr", "then", "else"]);
  const text = form.text(form.required("expr", field.keyRange));
  const condition = text && context.expression(text.value)?.compiled;
  const consequent = compileStatements(context, form.list(form.required("then", field.keyRange), 1));
  const alternate = compileStatements(context, form.list(form.field("else"), 0));
  return (
    condition && {
      kind: "if",
      position: field.keyRange.start,
      label: `if ${shorten(condition.text)}`,
      condition,
      consequent,
      alternate,
    }
  );
}

function compileForEach(
  context: CompileContext,
  mapping: Mapping,
  field: Field,
): ForEachStatement | undefined {
  mapping.allowKeys(["forEach"]);
  const form = mapping.mapping(field);
  if (!form) return undefined;
  form.allowKeys(["items", "item", "index", "actions"]);
  const items = compileItems(context, form, field);
  const item = compileBlockName(context, form, form.required("item", field.keyRange));
  const index = compileBlockName(context, form, form.field("index"));
  const list = form.list(form.required("actions", field.keyRange), 1);
  const names = [item, index].filter((name) => name !== undefined);
  const actions = context.withinBlock(names, "loop", () => compileStatements(context, list));
  if (!items || item === undefined) return undefined;
  const base = { kind: "forEach", position: field.keyRange.start, label: `forEach ${item}` } as const;
  return { ...base, items, item, ...(index === undefined ? {} : { index }), actions };
}

function compileItems(context: CompileContext, form: Mapping, field: Field): Value | undefined {
  const itemsField = form.required("items", field.keyRange);
  const items = itemsField && compileValue(context, itemsField.value);
  if (!itemsField || !items) return undefined;
  if (items.kind === "literal" || items.kind === "record" || items.kind === "lambda") {
    context.diagnostics.error(itemsField.valueRange, {
      code: "wrong-type",
      message: `\`items\` must be a list, got ${describeNode(itemsField.value)}`,
      hint: "To use a variable, write `items: { ref: name }`; to compute a list, `items: { expr: … }`.",
    });
    return undefined;
  }
  return items;
}

function compileTry(context: CompileContext, mapping: Mapping, field: Field): TryStatement | undefined {
  mapping.allowKeys(["try"]);
  const form = mapping.mapping(field);
  if (!form) return undefined;
  form.allowKeys(["actions", "catchAs", "catch", "finally"]);
  const actions = compileStatements(context, form.list(form.required("actions", field.keyRange), 1));
  const catchAs = compileBlockName(context, form, form.field("catchAs"));
  const catchField = form.field("catch");
  const finallyField = form.field("finally");
  if (!catchField && !finallyField) {
    context.diagnostics.warning(field.keyRange, {
      code: "try-without-handler",
      message: "the try has neither `catch` nor `finally`, so it changes nothing",
    });
  }
  const handler = context.withinBlock(catchAs === undefined ? [] : [catchAs], "once", () =>
    compileStatements(context, form.list(catchField, 0)),
  );
  if (handler.length === 0 && catchField) warnOfSwallowed(context, catchField, actions);
  const finalizer = compileStatements(context, form.list(finallyField, 0));
  return {
    kind: "try",
    position: field.keyRange.start,
    label: "try",
    actions,
    ...(catchAs === undefined ? {} : { catchAs }),
    ...(catchField ? { handler } : {}),
    ...(finallyField ? { finalizer } : {}),
  };
}

/** A `catch` without statements makes a pass of each assert and `throw` in the block. */
function warnOfSwallowed(context: CompileContext, field: Field, actions: readonly Statement[]): void {
  const swallowed = statementsIn(actions).find(({ kind }) => kind === "assert" || kind === "throw");
  if (!swallowed) return;
  context.diagnostics.warning(field.keyRange, {
    code: "swallowed-failure",
    message: `the \`${swallowed.kind}\` of line ${swallowed.position.line} cannot fail the scenario: the \`catch\` is empty`,
    hint: "Move it behind the try, or let the `catch` check what was caught.",
  });
}

function compileBlockName(
  context: CompileContext,
  mapping: Mapping,
  field: Field | undefined,
): string | undefined {
  const text = mapping.text(field);
  if (!text) return undefined;
  context.names.checkName(text.value.value, text.valueRange);
  return text.value.value;
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}
