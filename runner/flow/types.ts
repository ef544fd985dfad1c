import type { Position } from "../scenario/source/source.ts";
import type { ParsedExpression } from "./compile/expression.ts";
import type { Permission, Vocabulary } from "./vocabulary.ts";

/** A flow that was checked and is ready to run. Holds no state: it can run any number of times. */
export interface CompiledFlow {
  /** The scenario file, as shown to the user; also the source name in stack traces. */
  file: string;
  /** Absolute path of the scenario file. */
  path: string;
  steps: readonly Step[];
  vocabulary: Vocabulary;
  /** What expressions may use beside the vocabulary. */
  permissions: ReadonlySet<Permission>;
  /** Every expression, in the order of the document. */
  expressions: readonly CompiledExpression[];
}

/** A permission that a foreign pack's flow uses without having it: such a flow must not run. */
export interface MissingPermission {
  permission: Permission;
  /** What needs it: a name, or `import()`. */
  what: string;
  /** Where it is used first. */
  position: Position;
}

export interface Step {
  name: string;
  position: Position;
  actions: readonly Statement[];
  details?: CompiledExpression;
  /** The author's own limit, in milliseconds. */
  timeoutMs?: number;
}

interface StatementBase {
  position: Position;
  /** The statement in a few words: `call patchConfig`, `set marker`. */
  label: string;
}

export interface CallStatement extends StatementBase {
  kind: "call";
  /** Dotted path of the callable: at least one name. */
  path: readonly string[];
  args: readonly Value[];
  saveAs?: string;
}

export interface SetStatement extends StatementBase {
  kind: "set";
  name: string;
  value: Value;
}

export interface AssertStatement extends StatementBase {
  kind: "assert";
  condition: CompiledExpression;
  message?: Value;
}

export interface ThrowStatement extends StatementBase {
  kind: "throw";
  error?: CompiledExpression;
  message?: Value;
}

export interface IfStatement extends StatementBase {
  kind: "if";
  condition: CompiledExpression;
  consequent: readonly Statement[];
  alternate: readonly Statement[];
}

export interface ForEachStatement extends StatementBase {
  kind: "forEach";
  items: Value;
  item: string;
  index?: string;
  actions: readonly Statement[];
}

export interface TryStatement extends StatementBase {
  kind: "try";
  actions: readonly Statement[];
  catchAs?: string;
  /** Absent: errors pass through. */
  handler?: readonly Statement[];
  finalizer?: readonly Statement[];
}

export type Statement =
  | CallStatement
  | SetStatement
  | AssertStatement
  | ThrowStatement
  | IfStatement
  | ForEachStatement
  | TryStatement;

export type Value =
  | { kind: "literal"; value: string | number | bigint | boolean | null }
  | { kind: "list"; items: readonly Value[] }
  | { kind: "record"; entries: readonly (readonly [key: string, value: Value])[] }
  | { kind: "ref"; path: readonly string[] }
  | { kind: "expression"; expression: CompiledExpression }
  | { kind: "lambda"; expression: CompiledExpression };

/** Offsets in what was found in its syntax tree count in `text`. */
export interface CompiledExpression
  extends Pick<ParsedExpression, "ast" | "references" | "imports" | "mayNotEnd"> {
  text: string;
  /** Where `text` starts. */
  position: Position;
  /** Position in the file of an offset in `text`. */
  locate(offset: number): Position;
  /** Names of forEach items, indexes and caught errors that are in scope and used here. */
  blockNames: readonly string[];
  /** Values that it reads by name and static members: what a failed assert shows. */
  reads: readonly { name: string; members: readonly string[] }[];
  /** Set for a lambda. */
  lambda?: { params: readonly string[]; async: boolean };
  /** Set for the condition of an assert that compares two values. */
  comparison?: Comparison;
}

/** `left operator right`, with the operator's place in the expression's text. */
export interface Comparison {
  operator: ComparisonOperator;
  operatorStart: number;
}

export type ComparisonOperator = "===" | "!==" | "==" | "!=" | "<" | "<=" | ">" | ">=";
