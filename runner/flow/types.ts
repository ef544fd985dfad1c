import type { Position } from "../scenario/source/source.ts";
import type { Matcher } from "./match/matcher.ts";
import type { Effect, Permission, StatementVocabulary, Vocabulary } from "./vocabulary.ts";

/** A flow that was checked and is ready to run, as plain data: it can be handed to another process. */
export interface PlainFlow {
  /** The scenario file, as shown to the user; also the source name in stack traces. */
  file: string;
  /** Absolute path of the scenario file. */
  path: string;
  steps: readonly Step[];
  /** What expressions may use beside the vocabulary. */
  permissions: ReadonlySet<Permission>;
  /** Names whose values are made up for each run. */
  unique: readonly string[];
  /** Every expression, in the order of the document. */
  expressions: readonly CompiledExpression[];
}

/** The same with what its names mean. Holds no state: it can run any number of times. */
export interface CompiledFlow extends PlainFlow {
  vocabulary: Vocabulary;
  /** The actions of steps below headings. */
  statements: StatementVocabulary;
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

/** A statement of a step below a heading: an action with named parameters. */
export interface ActionStatement extends StatementBase {
  kind: "action";
  action: string;
  params: readonly (readonly [name: string, value: Value])[];
  /** What the result must be; the refusal that is expected instead of one. */
  answer?: CompiledMatcher;
  error?: CompiledMatcher;
  /** Limit of the action, in milliseconds. */
  withinMs?: number;
  /** Of an event that is expected: how often. */
  times?: number;
  /** Why it is expected, in the author's words. */
  because?: Value;
  saveAs?: string;
  /** Set where it is left out, to see what holds without it; with what it would do. */
  leftOut?: Effect;
}

/** Compiled, with values that are not known yet. */
export type CompiledMatcher = Matcher<Value, CompiledExpression>;

export type Statement =
  | ActionStatement
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
  | { kind: "lambda"; expression: CompiledExpression }
  | PathValue
  /** A text with values in it. */
  | { kind: "text"; parts: readonly (string | PathValue)[] }
  | { kind: "matcher"; matcher: CompiledMatcher }
  /** Statements that another one is about. */
  | { kind: "statements"; statements: readonly ActionStatement[] };

/** `${reply.text}` in a step below a heading. */
export interface PathValue {
  kind: "path";
  path: readonly string[];
}

/** An expression as plain data. */
export interface CompiledExpression {
  text: string;
  /** Where `text` starts. */
  position: Position;
  /**
   * Where in the file `text` stands: each part of it from an offset on, in which columns run on. Empty where it cannot
   * be told apart from `position`.
   */
  places: readonly TextPlace[];
  /** Names of forEach items, indexes and caught errors that are in scope and used here. */
  blockNames: readonly string[];
  /** Values that it reads by name and static members: what a failed assert shows. */
  reads: readonly { name: string; members: readonly string[] }[];
  /** It has a loop or a regular expression, which may compute for ever. */
  mayNotEnd: boolean;
  /** Its `catch` clauses that name what they catch, as offsets in `text`. */
  catches: readonly { start: number; end: number }[];
  /** Set for a lambda. */
  lambda?: { params: readonly string[]; async: boolean };
  /** Set for the condition of an assert that compares two values. */
  comparison?: Comparison;
}

/** A part of an expression's text: its offset, and where in the file it begins. */
export interface TextPlace extends Position {
  offset: number;
}

/** `left operator right`, with the operator's place in the expression's text. */
export interface Comparison {
  operator: ComparisonOperator;
  operatorStart: number;
  /** The left side is a literal: of an equality, it is what was expected. */
  literalFirst: boolean;
}

export type ComparisonOperator = "===" | "!==" | "==" | "!=" | "<" | "<=" | ">" | ">=";
