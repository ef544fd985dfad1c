import { isMap, isScalar, isSeq, type Node, type Scalar, type YAMLMap } from "yaml";
import { SourceRange } from "../../scenario/source/diagnostic.ts";
import type { CompiledExpression, Value } from "../types.ts";
import type { CompileContext } from "./context.ts";
import { type Field, Mapping } from "./mapping.ts";
import type { Segment } from "./use.ts";

const SPECIAL_KEYS = ["ref", "expr", "lambda"];
const FORBIDDEN_MEMBERS = new Set(["__proto__", "constructor", "prototype"]);

/**
 * Compiles a value: scalars are literal, lists and mappings are resolved member by member, and a
 * mapping with the one key `ref`, `expr` or `lambda` is computed.
 * @returns undefined if something in it is wrong, which is reported
 */
export function compileValue(context: CompileContext, node: Node | undefined): Value | undefined {
  if (isSeq(node)) return compileList(context, node.items as Node[]);
  if (isMap(node)) return compileMapping(context, node);
  return { kind: "literal", value: isScalar(node) ? literalValue(node) : null };
}

function literalValue({ value }: Scalar): string | number | bigint | boolean | null {
  switch (typeof value) {
    case "string":
    case "number":
    case "bigint":
    case "boolean":
      return value;
    default:
      return null;
  }
}

function compileList(context: CompileContext, nodes: readonly Node[]): Value | undefined {
  const items = nodes.map((node) => compileValue(context, node));
  return items.every((item) => item !== undefined) ? { kind: "list", items } : undefined;
}

function compileMapping(context: CompileContext, node: YAMLMap): Value | undefined {
  const mapping = new Mapping(node, "the mapping", context);
  const [key = ""] = mapping.keys;
  const field = mapping.field(key);
  if (mapping.keys.length === 1 && field && SPECIAL_KEYS.includes(key)) {
    return compileSpecial(context, mapping, field);
  }
  warnOfLiteralExpression(context, mapping);
  const entries: [string, Value][] = [];
  for (const name of mapping.keys) {
    const value = compileValue(context, mapping.field(name)?.value);
    if (value) entries.push([name, value]);
  }
  return entries.length === mapping.keys.length ? { kind: "record", entries } : undefined;
}

function warnOfLiteralExpression(context: CompileContext, mapping: Mapping): void {
  for (const key of ["expr", "lambda"]) {
    const field = mapping.field(key);
    if (!field) continue;
    context.diagnostics.warning(field.keyRange, {
      code: "literal-expression",
      message: `\`${key}\` stands beside other keys, so the mapping is plain data and nothing is computed`,
      hint: `Only a mapping with the single key \`${key}\` is computed.`,
    });
  }
}

function compileSpecial(context: CompileContext, mapping: Mapping, field: Field): Value | undefined {
  switch (field.key) {
    case "ref": {
      const text = mapping.text(field);
      const segments = text && compilePath(context, text.value);
      if (!segments) return undefined;
      useUnlessBlockName(context, "ref", segments);
      return { kind: "ref", path: segments.map(({ name }) => name) };
    }
    case "expr": {
      const text = mapping.text(field);
      const expression = text && context.expression(text.value)?.compiled;
      return expression && { kind: "expression", expression };
    }
    default: {
      const lambda = mapping.mapping(field);
      const expression = lambda && compileLambda(context, lambda);
      return expression && { kind: "lambda", expression };
    }
  }
}

function compileLambda(context: CompileContext, mapping: Mapping): CompiledExpression | undefined {
  mapping.allowKeys(["params", "expr", "async"]);
  const text = mapping.text(mapping.required("expr"));
  const async = mapping.boolean(mapping.field("async")) ?? false;
  const params: string[] = [];
  for (const node of mapping.list(mapping.field("params"), 0)?.items ?? []) {
    const range = context.rangeOf(node as Node);
    if (isScalar(node) && typeof node.value === "string") {
      context.names.checkName(node.value, range);
      params.push(node.value);
    } else {
      context.diagnostics.error(range, { code: "wrong-type", message: "a parameter of a lambda is a name" });
    }
  }
  return text && context.expression(text.value, { params, async })?.compiled;
}

/** Splits a dotted path into its names, with their places. */
export function compilePath(
  context: CompileContext,
  scalar: Scalar<string>,
): readonly [Segment, ...Segment[]] | undefined {
  const locate = context.locator(scalar);
  const segments: Segment[] = [];
  let offset = 0;
  for (const name of scalar.value.split(".")) {
    const range = new SourceRange(context.source.file, locate, offset, offset + name.length);
    if (!/^[\p{ID_Continue}$-]+$/u.test(name) || FORBIDDEN_MEMBERS.has(name)) {
      context.diagnostics.error(range, {
        code: "invalid-path",
        message:
          name === "" ? `\`${scalar.value}\` has an empty part` : `\`${name}\` cannot be part of a path`,
        hint: "A path is names with dots between them, such as `outbound.conversation.id`; for anything else use `expr`.",
      });
      return undefined;
    }
    segments.push({ name, range });
    offset += name.length + 1;
  }
  const [root, ...rest] = segments;
  return root && [root, ...rest];
}

/** Records the use of a path, unless its root is an item or caught error of a block around it. */
export function useUnlessBlockName(
  context: CompileContext,
  via: "call" | "ref",
  segments: readonly [Segment, ...Segment[]],
  argumentCount?: number,
  firstText?: string,
): void {
  const [root] = segments;
  if (context.isBlockName(root.name)) return;
  const call = via === "call" ? { call: { argumentCount, firstText, range: root.range } } : {};
  context.names.use({ via, segments, ...call }, context.loops);
}
