import type { Position } from "../scenario/source/source.ts";
import { effectFor, effectOf, withDefaults } from "./arguments.ts";
import type { FlowCompilation } from "./compile/compile.ts";
import type { FreeReference } from "./compile/expression.ts";
import type { ExpressionSyntax } from "./compile/syntax.ts";
import { permissionFor } from "./host-names.ts";
import { blocksOf, namesSetBy } from "./statement-list.ts";
import type { ActionStatement, CallStatement, CompiledFlow, Statement, Value } from "./types.ts";
import type { Effect, StatementVocabulary, Vocabulary, VocabularyEntry } from "./vocabulary.ts";
import { lookupEntry } from "./vocabulary-lookup.ts";

/** A place in a flow where it may change the gateway. */
export interface WriteUse {
  /** In the words of the flow: `patchConfig`, `env.gateway.call`. */
  what: string;
  position: Position;
}

/** Names with which an expression can reach everything without naming it. */
const DYNAMIC = new Set(["vars", "globalThis"]);

/**
 * Finds the first place where a flow may change the gateway. What cannot be known before the flow runs counts as a
 * change: a method that is computed, an object of the flow API that is handed on, code of the host.
 * A flow with errors has no such place.
 */
export function firstWrite({
  flow,
  expressions,
}: Pick<FlowCompilation, "flow" | "expressions">): WriteUse | undefined {
  if (!flow) return undefined;
  const scan = new Scan(flow, ownNames(flow, expressions));
  for (const { actions } of flow.steps) scan.statements(actions);
  for (const expression of expressions) scan.expression(expression);
  return scan.first;
}

/**
 * Variables, block names and parameters from anywhere in the flow: the vocabulary cannot say for
 * sure what such a name does.
 */
function ownNames({ steps }: CompiledFlow, expressions: readonly ExpressionSyntax[]): Set<string> {
  const own = new Set(steps.flatMap(({ actions }) => [...namesSetBy(actions)]));
  for (const { compiled, references } of expressions) {
    for (const name of [...(compiled.lambda?.params ?? []), ...compiled.blockNames]) own.add(name);
    for (const { name, members, memberWrite } of references) {
      if (name === "vars" && memberWrite && members[0]) own.add(members[0].name);
    }
  }
  return own;
}

class Scan {
  first: WriteUse | undefined;
  readonly #vocabulary: Vocabulary;
  readonly #statements: StatementVocabulary;
  readonly #ownNames: ReadonlySet<string>;

  constructor({ vocabulary, statements }: CompiledFlow, ownNames: ReadonlySet<string>) {
    this.#vocabulary = vocabulary;
    this.#statements = statements;
    this.#ownNames = ownNames;
  }

  statements(statements: readonly Statement[]): void {
    for (const statement of statements) {
      if (statement.kind === "call") this.#call(statement);
      if (statement.kind === "action") this.#action(statement);
      for (const value of valuesOf(statement)) this.#value(value, statement.position, false);
      for (const block of blocksOf(statement)) this.statements(block);
    }
  }

  expression({ locate, imports, references }: ExpressionSyntax): void {
    for (const { start } of imports) this.#note("import()", locate(start));
    const callees = new Map(references.map((reference) => [reference.start, reference]));
    for (const reference of references) {
      const path = withoutVars([reference.name, ...reference.members.map(({ name }) => name)]);
      if (!this.#isHarmless(path, reference, callees)) this.#note(path.join("."), locate(reference.start));
    }
  }

  #call({ path: asWritten, args, position }: CallStatement): void {
    const path = withoutVars(asWritten);
    const literals = args.map((arg) => (arg.kind === "literal" ? arg.value : undefined));
    if (this.#isKnown(path[0]) && this.#changesBy(path, literals)) this.#note(path.join("."), position);
    for (const arg of args) this.#value(arg, position, this.#isVocabulary(path[0]));
  }

  /** Its values name nothing that could change anything. */
  #action({ action, params, position }: ActionStatement): void {
    const entry = this.#statements[action];
    const literals = params.map(([name, value]) => [
      name,
      value.kind === "literal" ? value.value : undefined,
    ]);
    if (!entry || this.#changes(effectFor(entry, withDefaults(entry, Object.fromEntries(literals)))))
      this.#note(action, position);
  }

  /** @param passed it is an argument of a function of the vocabulary, whose own effect counts */
  #value(value: Value, position: Position, passed: boolean): void {
    if (value.kind === "list") for (const item of value.items) this.#value(item, position, false);
    if (value.kind === "record") for (const [, item] of value.entries) this.#value(item, position, passed);
    if (value.kind !== "ref") return;
    const path = withoutVars(value.path);
    if (this.#isKnown(path[0]) && !this.#mayBeHandedOn(path, passed)) this.#note(path.join("."), position);
  }

  #isHarmless(
    path: readonly string[],
    { call, memberWrite, guarded, passedTo }: FreeReference,
    callees: ReadonlyMap<number, FreeReference>,
  ): boolean {
    const [root = ""] = path;
    if (!this.#isKnown(root)) return !DYNAMIC.has(root) && permissionFor(root) === undefined;
    if (memberWrite) return false;
    if (call) return !this.#changesBy(path, call.literals);
    if (guarded) return true;
    const callee = passedTo === undefined ? undefined : callees.get(passedTo);
    return this.#mayBeHandedOn(path, callee !== undefined && this.#isVocabulary(callee.name));
  }

  /** Whether the name may mean what the vocabulary says: a name of the flow's own means something else in places. */
  #isKnown(name = ""): boolean {
    return lookupEntry(this.#vocabulary, name) !== undefined;
  }

  /** Whether the name means what the vocabulary says everywhere in the flow. */
  #isVocabulary(name = ""): boolean {
    return this.#isKnown(name) && !this.#ownNames.has(name);
  }

  /** Whether calling what is at this path with these arguments may change the gateway. */
  #changesBy(path: readonly string[], literals: readonly unknown[]): boolean {
    const { entry, rest } = follow(this.#vocabulary, path);
    // A member of a function, such as `bind`, calls it with other arguments.
    if (entry?.kind === "function") return this.#changes(effectOf(entry, rest > 0 ? [] : literals));
    return entry !== undefined && this.#canChange(entry);
  }

  #changes(effect: Effect): boolean {
    return effect !== "reads";
  }

  #canChange(entry: VocabularyEntry): boolean {
    if (entry.permission) return true;
    if (entry.kind === "function") return this.#changes(effectOf(entry, []));
    return entry.kind === "object" && Object.values(entry.members).some((member) => this.#canChange(member));
  }

  /** Whether nothing can be changed with the value at this path. */
  #mayBeHandedOn(path: readonly string[], passed: boolean): boolean {
    const { entry, rest } = follow(this.#vocabulary, path);
    return (
      entry === undefined || !this.#canChange(entry) || (passed && entry.kind === "object" && rest === 0)
    );
  }

  #note(what: string, position: Position): void {
    const { first } = this;
    const earlier =
      first === undefined ||
      position.line < first.position.line ||
      (position.line === first.position.line && position.column < first.position.column);
    if (earlier) this.first = { what, position };
  }
}

/** `vars.name` is `name`. */
function withoutVars(path: readonly string[]): readonly string[] {
  return path[0] === "vars" && path.length > 1 ? path.slice(1) : path;
}

/** The entry that a path leads to, or the last one on the way, and how many members are left. */
function follow(
  vocabulary: Vocabulary,
  [root = "", ...members]: readonly string[],
): { entry: VocabularyEntry | undefined; rest: number } {
  let entry = lookupEntry(vocabulary, root);
  for (const [index, member] of members.entries()) {
    const next = entry?.kind === "object" ? lookupEntry(entry.members, member) : undefined;
    if (!next) return { entry, rest: members.length - index };
    entry = next;
  }
  return { entry, rest: 0 };
}

/** Values of a statement other than the arguments of a call, which `#call` looks at. */
function valuesOf(statement: Statement): readonly Value[] {
  switch (statement.kind) {
    case "set":
      return [statement.value];
    case "assert":
    case "throw":
      return statement.message ? [statement.message] : [];
    case "forEach":
      return [statement.items];
    default:
      return [];
  }
}
