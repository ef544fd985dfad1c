import {
  type AnyNode,
  type CallExpression,
  type Expression,
  parseExpressionAt,
  type Token,
  tokenizer,
} from "acorn";
import { fullAncestor } from "acorn-walk";
import { analyze, type Variable } from "eslint-scope";
import type { Program } from "estree";
import { isStackOverflow } from "../../scenario/source/last-resort.ts";
import { LIMITS } from "../../scenario/source/limits.ts";
import { type UnheardCallback, unheardCallback } from "./callbacks.ts";
import { type ResultUse, resultUse } from "./result-use.ts";

/** A stretch of an expression's text, as offsets. */
export interface Span {
  start: number;
  end: number;
}

/** A name in an expression that the expression itself does not define. */
export interface FreeReference extends Span {
  name: string;
  /** Member names that follow statically: `b` and `c` in `a.b?.c[i]`. */
  members: readonly (Span & { name: string })[];
  /**
   * Set if the name with its members is called; the count is undefined after a spread, and a
   * literal is undefined where the argument is not one.
   */
  call?: {
    argumentCount: number | undefined;
    literals: readonly unknown[];
    resultUse: ResultUse | undefined;
  };
  /** Set if the name with its members is an argument of a call, or a member of one: where that call's callee starts. */
  passedTo?: number;
  /** The name itself is assigned to. */
  write: boolean;
  /** A member of the name is assigned to. */
  memberWrite: boolean;
  /** Operand of `typeof`: may be undefined. */
  guarded: boolean;
  /** Inside a function of the expression: may run later. */
  deferred: boolean;
  /** It is called, or made an instance of, and makes code from text. */
  buildsCode: boolean;
}

export interface ParsedExpression {
  ast: Expression;
  references: readonly FreeReference[];
  /** Each `import(…)`. */
  imports: readonly Span[];
  /** The first `await` that belongs to the expression itself. */
  ownAwait?: Span;
  /** It has a loop or a regular expression, which may keep the runner busy for ever. */
  mayNotEnd: boolean;
  /** Each `catch` that names what it catches. */
  catches: readonly Span[];
  /** Async functions that are handed to what does not wait for them. */
  unheard: readonly UnheardCallback[];
}

/** Why a text is not one JavaScript expression. */
export interface SyntaxProblem extends Span {
  kind: "syntax" | "trailing" | "too-deep" | "too-long";
  message: string;
  hint?: string;
}

const PARSE_OPTIONS = { ecmaVersion: "latest", allowAwaitOutsideFunction: true, ranges: true } as const;

/** Parses one JavaScript expression, in which `await` is allowed, and finds its free names. */
export function parseExpression(text: string): ParsedExpression | SyntaxProblem {
  if (text.trim() === "") return { kind: "syntax", start: 0, end: 0, message: "the expression is empty" };
  const long = checkLength(text);
  if (long) return long;
  let consumed = 0;
  let depth = 0;
  const onToken = (token: Token): void => {
    consumed = token.end;
    if (OPENING.has(token.type.label)) depth += 1;
    else if (CLOSING.has(token.type.label)) depth -= 1;
    if (depth > LIMITS.expressionDepth) throw new TooDeep(token);
  };
  try {
    const ast = parseExpressionAt(text, 0, { ...PARSE_OPTIONS, onToken });
    return trailingText(text, consumed) ?? inspect(ast);
  } catch (error) {
    if (error instanceof TooDeep) return { ...tooDeep, start: error.token.start, end: error.token.end };
    // Operators make trees as deep as brackets do, but in the thousands. Acorn says it in words of its own.
    if (isStackOverflow(error) || isAcornOverflow(error)) return tooManyOperators;
    return syntaxProblem(error, text);
  }
}

const OPENING = new Set(["(", "[", "{", "${"]);
const CLOSING = new Set([")", "]", "}"]);

class TooDeep extends Error {
  readonly token: Token;

  constructor(token: Token) {
    super("brackets in brackets");
    this.token = token;
  }
}

const tooDeep = {
  kind: "too-deep",
  message: `brackets lie more than ${LIMITS.expressionDepth} deep in one another`,
  hint: "Compute it in several statements.",
} as const;

const tooManyOperators: SyntaxProblem = {
  kind: "too-deep",
  start: 0,
  end: 0,
  message: "too many operators or functions lie in one another",
  hint: "Compute it in several statements.",
};

function tooLong(message: string): SyntaxProblem {
  const hint = "Move data into a file, or compute it in several statements.";
  return { kind: "too-long", start: 0, end: 0, message, hint };
}

/** Acorn compares those of a regular expression each with each. */
const NAMED_GROUP = /\(\?<[^=!]/g;

function checkLength(text: string): SyntaxProblem | undefined {
  const { expressionLength, namedGroups } = LIMITS;
  if (text.length > expressionLength)
    return tooLong(`the expression is longer than ${expressionLength} characters`);
  if ((text.match(NAMED_GROUP)?.length ?? 0) > namedGroups)
    return tooLong(`the expression has more than ${namedGroups} named groups`);
  return undefined;
}

function isAcornOverflow(error: unknown): boolean {
  return error instanceof SyntaxError && error.message.startsWith("Not enough stack space");
}

function syntaxProblem(error: unknown, text: string): SyntaxProblem {
  if (!(error instanceof SyntaxError) || !("pos" in error)) throw error;
  const start = Math.min(Number(error.pos), text.length);
  if (text.slice(start).trim() === "") {
    return {
      kind: "syntax",
      start: text.trimEnd().length,
      end: text.length,
      message: "the expression ends too early",
    };
  }
  const word = wordAt(text, start);
  const reason = error.message.replace(/ \(\d+:\d+\)$/, "");
  return {
    kind: "syntax",
    start,
    end: start + word.length,
    message:
      reason === "Unexpected token"
        ? `unexpected \`${word}\``
        : `${reason.charAt(0).toLowerCase()}${reason.slice(1)}`,
    ...(/^(?:return|const|let|var|if|for|while|throw|try)$/.test(word)
      ? {
          hint: "An expression is one value, what could follow `return`; statements belong in the YAML.",
        }
      : {}),
  };
}

function trailingText(text: string, consumed: number): SyntaxProblem | undefined {
  const rest = text.slice(consumed);
  if (rest.trim() === "") return undefined;
  let offset = 0;
  try {
    const token = tokenizer(rest, PARSE_OPTIONS).getToken();
    if (token.type.label === "eof") return undefined;
    offset = token.start;
  } catch {
    offset = rest.length - rest.trimStart().length;
  }
  const start = consumed + offset;
  const word = wordAt(text, start);
  return {
    kind: "trailing",
    start,
    end: start + word.length,
    message: `unexpected \`${word}\` after the end of the expression`,
    hint:
      word === ";"
        ? "Remove the semicolon."
        : "Everything must be one expression; is an operator or a quote missing?",
  };
}

function wordAt(text: string, offset: number): string {
  return /^(?:[\w$]+|[^\s])/.exec(text.slice(offset))?.[0] ?? "";
}

const LOOPS = new Set([
  "ForStatement",
  "ForInStatement",
  "ForOfStatement",
  "WhileStatement",
  "DoWhileStatement",
]);
const CODE_BUILDERS = new Set(["Function", "eval"]);

function inspect(ast: Expression): ParsedExpression {
  const parents = new Map<AnyNode, AnyNode>();
  const imports: Span[] = [];
  const catches: Span[] = [];
  const calls: CallExpression[] = [];
  let ownAwait: Span | undefined;
  let mayNotEnd = false;
  fullAncestor(ast, (node, _state, ancestors) => {
    const parent = ancestors.at(-2);
    if (parent) parents.set(node, parent);
    if (node.type === "CallExpression") calls.push(node);
    if (node.type === "ImportExpression") imports.push({ start: node.start, end: node.end });
    if (node.type === "CatchClause" && node.param) catches.push({ start: node.start, end: node.end });
    const awaits = node.type === "AwaitExpression" || (node.type === "ForOfStatement" && node.await);
    if (awaits && !ancestors.some(isFunction))
      ownAwait ??= { start: node.start, end: node.start + "await".length };
    mayNotEnd ||= LOOPS.has(node.type) || (node.type === "Literal" && node.regex !== undefined);
  });
  const references = freeReferences(ast, parents);
  mayNotEnd ||= references.some(({ name }) => name === "RegExp");
  const unheard = calls.map((call) => unheardCallback(call, parents)).filter((found) => found !== undefined);
  return { ast, references, imports, mayNotEnd, catches, unheard, ...(ownAwait ? { ownAwait } : {}) };
}

function isFunction(node: AnyNode): boolean {
  return node.type.endsWith("FunctionExpression") || node.type === "FunctionDeclaration";
}

function freeReferences(ast: Expression, parents: ReadonlyMap<AnyNode, AnyNode>): FreeReference[] {
  const program = {
    type: "Program",
    sourceType: "script",
    range: [ast.start, ast.end],
    body: [{ type: "ExpressionStatement", expression: ast, range: [ast.start, ast.end] }],
  };
  // acorn's nodes are ESTree nodes; the two packages only type them apart.
  const scopes = analyze(program as unknown as Program, { ecmaVersion: 2024, sourceType: "script" });
  const variables = new Map(
    scopes.scopes
      .flatMap((scope) => scope.variables)
      .flatMap((variable) =>
        variable.identifiers.map((name) => [name as unknown as AnyNode, variable] as const),
      ),
  );
  const usesOf = (name: AnyNode): readonly AnyNode[] => usesOfConstant(variables.get(name));
  return (scopes.globalScope?.through ?? []).map((reference) => {
    const identifier = reference.identifier as unknown as AnyNode;
    let deferred = false;
    for (let scope: typeof reference.from | null = reference.from; scope; scope = scope.upper) {
      deferred ||= scope.type === "function";
    }
    const chain = staticChain(identifier, parents);
    const parent = parents.get(chain.end);
    return {
      name: reference.identifier.name,
      start: identifier.start,
      end: identifier.end,
      members: chain.members,
      ...callOf(chain.end, parents, usesOf),
      ...passedTo(chain.end, parents),
      write: reference.isWrite(),
      memberWrite:
        chain.members.length > 0 && parent?.type === "AssignmentExpression" && parent.left === chain.end,
      guarded: parent?.type === "UnaryExpression" && parent.operator === "typeof",
      deferred,
      buildsCode:
        CODE_BUILDERS.has(reference.identifier.name) &&
        (parent?.type === "CallExpression" || parent?.type === "NewExpression") &&
        parent.callee === chain.end,
    };
  });
}

/** Where a variable is read that never has another value than its first. */
function usesOfConstant(variable: Variable | undefined): readonly AnyNode[] {
  const references = variable?.references ?? [];
  if (references.filter((reference) => reference.isWrite()).length !== 1) return [];
  return references
    .filter((reference) => reference.isReadOnly())
    .map(({ identifier }) => identifier as unknown as AnyNode);
}

function staticChain(root: AnyNode, parents: ReadonlyMap<AnyNode, AnyNode>) {
  const members: (Span & { name: string })[] = [];
  let end = root;
  for (
    let parent = parents.get(end);
    parent?.type === "MemberExpression" && parent.object === end;
    parent = parents.get(end)
  ) {
    const { property } = parent;
    const name =
      !parent.computed && property.type === "Identifier"
        ? property.name
        : property.type === "Literal" && typeof property.value === "string"
          ? property.value
          : undefined;
    if (name === undefined) break;
    members.push({ name, start: property.start, end: property.end });
    end = parent;
  }
  return { members, end };
}

function callOf(
  callee: AnyNode,
  parents: ReadonlyMap<AnyNode, AnyNode>,
  usesOf: (name: AnyNode) => readonly AnyNode[],
): Pick<FreeReference, "call"> {
  const parent = parents.get(callee);
  if (parent?.type !== "CallExpression" || parent.callee !== callee) return {};
  const spread = parent.arguments.some((argument) => argument.type === "SpreadElement");
  const literals = parent.arguments.map((argument) =>
    argument.type === "Literal" ? argument.value : undefined,
  );
  const argumentCount = spread ? undefined : parent.arguments.length;
  return { call: { argumentCount, literals, resultUse: resultUse(parent, parents, usesOf) } };
}

/** The call that gets a value as an argument, or as a member of an object that is written there as an argument. */
function passedTo(value: AnyNode, parents: ReadonlyMap<AnyNode, AnyNode>): Pick<FreeReference, "passedTo"> {
  let argument = value;
  let parent = parents.get(argument);
  if (parent?.type === "Property" && parent.value === argument) {
    const object = parents.get(parent);
    if (object?.type !== "ObjectExpression") return {};
    argument = object;
    parent = parents.get(object);
  }
  if (parent?.type !== "CallExpression" || parent.callee === argument) return {};
  return { passedTo: parent.callee.start };
}
