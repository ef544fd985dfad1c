/**
 * What flows may name. The flow compiler checks names, members and argument counts against it;
 * docs/actions.md is generated from it; `runner/actions` implements it.
 */

/**
 * What a parameter or a result is, as JSON Schema. What JSON cannot hold has a keyword of its own: `function` (the
 * signature) or `opaque` (what it is, in words).
 */
export interface ValueSchema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly minimum?: number;
  readonly properties?: Readonly<Record<string, ValueSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | ValueSchema;
  readonly items?: ValueSchema;
  readonly anyOf?: readonly ValueSchema[];
  readonly function?: string;
  readonly opaque?: string;
  /** Of a statement's parameter: a matcher of values that are like this. */
  readonly matches?: ValueSchema;
  /** Of a statement's parameter: a list of such statements, by their names. */
  readonly statements?: readonly string[];
  /** Of an object: the member that is meant where a text stands for it. */
  readonly asText?: string;
  /** The same for a word alone, where that is another member than for matchers of texts: a list that holds it. */
  readonly asWord?: string;
  /** Of an object: the names of its members have no capital letters. */
  readonly lowerCaseNames?: true;
  /** Of what steps write: texts and mappings in it stand for themselves; only `{ expr: … }` in its place is computed. */
  readonly literal?: true;
  /** Of a text: the name of a member of what the scenario's front matter declares, for instance of `http`. */
  readonly nameOf?: string;
  /** Of a text: what it is a name of, for people, where several statements can name the same one: `room`. */
  readonly names?: string;
  /** Of a text: the dotted names that are known; there may be others. */
  readonly known?: readonly string[];
  /** Of a parameter: it may be left out. Of a result: it may be undefined. */
  readonly optional?: boolean;
}

/** One place in the call of a function, as the older forms and expressions write it. */
export interface Argument {
  name: string;
  /**
   * `value`: the parameter of this name. `members`: an object whose members are the parameters that have no place of
   * their own. `object`: the flow's `env` or `state` itself, from which nothing is taken. `rest`: all further arguments.
   */
  takes: "value" | "members" | "object" | "rest";
  optional: boolean;
}

/**
 * What a call does to the gateway: `reads` leaves it as it was; `converses` adds to its sessions and to the channel, as
 * people who talk to it do, and changes nothing else.
 */
export type Effect = "reads" | "converses" | "writes";

/** The values of a call's parameters, by name. */
export type Parameters = Readonly<Record<string, unknown>>;

export interface FunctionEntry {
  kind: "function";
  summary: string;
  /** Named parameters. Those that are not `optional` and have no `default` must be given. */
  params: Readonly<Record<string, ValueSchema>>;
  /** The parameter whose value follows the name in a statement. */
  main?: string;
  /** How the older forms and expressions call it, with positional arguments; absent: only steps below headings do. */
  positional?: readonly Argument[];
  /**
   * How steps below headings use it: `acts` does something, and takes `answer` and `error`; `expects` waits for what it
   * is about; `counts` expects an event, and takes `times`. Absent: only the older forms call it.
   */
  statement?: "acts" | "expects" | "counts";
  /**
   * Of what is said: `taken`, the statement takes the gateway's reply itself, and leaves none to a later one. `wanted`: it
   * takes one that was left.
   */
  reply?: "taken" | "wanted";
  /** What says the same in steps below headings, which have no statement of this name; in words, as Markdown. */
  inSteps?: string;
  returns: ValueSchema;
  /** A call gives its result at once; all others give a promise. */
  sync?: true;
  /** Subject page in docs/actions.md, for instance `config`. */
  subject: string;
  /** Older or upstream names for the same function. */
  aliases?: readonly string[];
  /**
   * How long the call may take, in milliseconds, going by its parameters. The watchdog of the
   * action trails it. Undefined: the default limit.
   */
  budgetMs?(params: Parameters): number | undefined;
  /**
   * Absent: the call may change the gateway. Where that depends on the parameters, a function
   * decides; a parameter that is not a literal is undefined to it.
   */
  effect?: "reads" | "converses" | ((literals: Parameters) => Effect);
  /** Capability of the gateway that the call cannot do without: where it is missing, the scenario ends as blocked. */
  needs?: string;
  /** What the front matter must declare for the statement to have anything to be about: the key, and how it may look. */
  declared?: { readonly key: string; readonly example: string };
  /** The function exists only for scenarios that declare this permission. */
  permission?: Permission;
  /**
   * The permission that a call needs, going by its first argument; undefined if that is not a text, or
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
  type: ValueSchema;
  permission?: Permission;
}

export type VocabularyEntry = FunctionEntry | ObjectEntry | ValueEntry;

/** What a scenario must ask for before its expressions may leave the flow API. */
export type Permission = "fs" | "process" | "import";

export type Vocabulary = Readonly<Record<string, VocabularyEntry>>;

/** The actions that are statements of steps below headings. */
export type StatementVocabulary = Readonly<Record<string, FunctionEntry>>;
