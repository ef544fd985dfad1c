/**
 * What flows may name. The flow compiler checks names, members and argument counts against it;
 * docs/actions.md is generated from it; `runner/actions` implements it.
 */
export interface Parameter {
  name: string;
  /** TypeScript-like, for people: `string`, `{ env, patch, note? }`. */
  type: string;
  optional?: boolean;
  /** Takes all further arguments. */
  rest?: boolean;
  description: string;
}

export interface FunctionEntry {
  kind: "function";
  summary: string;
  params: readonly Parameter[];
  returns: string;
  /** Subject page in docs/actions.md, for instance `config`. */
  subject: string;
  /** Older or upstream names for the same function. */
  aliases?: readonly string[];
  /**
   * How long the call may rightly take, in milliseconds, judged from its resolved arguments.
   * The watchdog of the action trails it. Undefined: the default limit.
   */
  budgetMs?(args: readonly unknown[]): number | undefined;
  /** The function exists only for scenarios that declare this permission. */
  permission?: Permission;
  /**
   * The permission that a call needs, judged from its first argument; undefined if that is not a text, or
   * is known only at run time.
   */
  permissionOf?(firstText: string | undefined): Permission | undefined;
}

export interface ObjectEntry {
  kind: "object";
  summary: string;
  subject: string;
  /** Known members. With `open`, others are allowed as well (their names are not checked). */
  members: Readonly<Record<string, VocabularyEntry>>;
  open?: boolean;
  /** The name exists only for scenarios that declare this permission. */
  permission?: Permission;
}

/** A plain value: `vars`, `config`, a constant. Its members are not checked. */
export interface ValueEntry {
  kind: "value";
  summary: string;
  subject: string;
  type: string;
  permission?: Permission;
}

export type VocabularyEntry = FunctionEntry | ObjectEntry | ValueEntry;

/** What a scenario must ask for before its expressions may leave the flow API. */
export type Permission = "fs" | "process" | "import";

export type Vocabulary = Readonly<Record<string, VocabularyEntry>>;
