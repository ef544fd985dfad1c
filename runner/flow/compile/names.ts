import { suggestion } from "../../base/suggest.ts";
import type { Diagnostics, SourceRange } from "../../scenario/source/diagnostic.ts";
import type { FlowDiagnosticCode } from "../codes.ts";
import { HARMLESS_GLOBALS, INSTEAD, LANGUAGE_NAMES, permissionFor } from "../host-names.ts";
import type { MissingPermission } from "../types.ts";
import type { FunctionEntry, Permission, Vocabulary } from "../vocabulary.ts";
import { knownNames, lookupEntry } from "../vocabulary-lookup.ts";
import type { Segment, Use } from "./use.ts";
import { checkVocabularyUse } from "./vocabulary-use.ts";

export interface NameOptions {
  vocabulary: Vocabulary;
  permissions: ReadonlySet<Permission>;
  /** Keys of the scenario's execution.config; undefined if they are not known. */
  configKeys?: readonly string[];
}

/** When a name is used: its order in the document, and the forEach loops around it. */
interface Timing {
  order: number;
  loops: readonly number[];
}

/** When a variable is set: the order of the first time, and the forEach loops around any of them. */
interface Definition {
  order: number;
  loops: Set<number>;
}

const FLOW_NAMES: ReadonlySet<string> = new Set(["vars", "config"]);
const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;
const RESERVED = new Set(
  (
    "await break case catch class const continue debugger default delete do else enum export extends false finally for " +
    "function if implements import in instanceof interface let new null package private protected public return static " +
    "super switch this throw true try typeof var void while with yield arguments eval __proto__ prototype constructor"
  ).split(" "),
);

/**
 * Collects the variables that a flow sets and the names that it uses, in document order, and
 * reports at the end what does not fit: only then is every variable known.
 */
export class NameTable {
  /** It is about steps below headings, which have no `set`. */
  inSteps = false;
  readonly #diagnostics: Diagnostics<FlowDiagnosticCode>;
  readonly #options: NameOptions;
  readonly #missing: MissingPermission[] = [];
  readonly #definitions = new Map<string, Definition>();
  readonly #uses: { use: Use; timing: Timing }[] = [];
  #order = 0;

  constructor(diagnostics: Diagnostics<FlowDiagnosticCode>, options: NameOptions) {
    this.#diagnostics = diagnostics;
    this.#options = options;
  }

  /** Permissions that a foreign pack uses without having them, each where it is used first. */
  get missingPermissions(): readonly MissingPermission[] {
    const inOrder = this.#missing.toSorted(
      ({ position: a }, { position: b }) => a.line - b.line || a.column - b.column,
    );
    return [...Map.groupBy(inOrder, ({ permission }) => permission).values()].flatMap(
      ([first]) => first ?? [],
    );
  }

  /** A `set` or `saveAs`: visible to everything that runs after it. */
  defineVariable(name: string, range: SourceRange, loops: readonly number[]): void {
    this.checkName(name, range);
    this.#defineAt(name, loops);
  }

  /** A name that has its value from the beginning. */
  defineGiven(name: string): void {
    this.#defineAt(name, []);
  }

  /** Checks the name of a variable, block name or lambda parameter. */
  checkName(name: string, range: SourceRange): void {
    if (!IDENTIFIER.test(name) || RESERVED.has(name)) {
      this.#diagnostics.error(range, {
        code: "invalid-name",
        message: `\`${name}\` cannot be the name of a variable`,
        hint: "Use letters, digits, `_` and `$`, not beginning with a digit, and no word that JavaScript reserves.",
      });
    } else if (this.#isBuiltIn(name)) {
      this.#diagnostics.ownRule(range, {
        code: "shadowed-name",
        message: `the variable \`${name}\` hides ${this.#describe(name)} of the same name`,
        hint: this.#diagnostics.foreign
          ? "From here on the variable wins, as upstream has it."
          : "Choose another name, so that a reader knows which is meant.",
      });
    }
  }

  /** An action that only the older forms call. */
  olderAction(name: string): FunctionEntry | undefined {
    const entry = lookupEntry(this.#options.vocabulary, name);
    return entry?.kind === "function" && entry.statement === undefined ? entry : undefined;
  }

  use(use: Use, loops: readonly number[]): void {
    this.#uses.push({ use, timing: { order: this.#order++, loops } });
    // `vars.name = …` in an expression makes a variable, as `set` does.
    const [root, member] = use.segments;
    if (use.write && root.name === "vars" && member) this.#defineAt(member.name, loops);
  }

  /** An `import(…)`, or a name that needs a permission. Reports it if the permission is not declared. */
  requirePermission(permission: Permission, what: string, range: SourceRange): void {
    if (this.#options.permissions.has(permission)) return;
    const { foreign } = this.#diagnostics;
    if (foreign) this.#missing.push({ permission, what, position: range.start });
    this.#diagnostics.ownRule(range, {
      code: "permission-required",
      message: `\`${what}\` needs the permission \`${permission}\`, which the scenario does not declare`,
      hint: foreign
        ? `Run the pack with \`--trust\` if you trust it, or add \`permissions: [${permission}]\` to the scenario.`
        : (INSTEAD[what] ?? `Add \`permissions: [${permission}]\` to the scenario, or do without.`),
    });
  }

  /** Reports every use that does not fit. */
  finish(): void {
    for (const { use, timing } of this.#uses) this.#check(use, timing);
  }

  #defineAt(name: string, loops: readonly number[]): void {
    const order = this.#order++;
    const known = this.#definitions.get(name);
    if (!known) this.#definitions.set(name, { order, loops: new Set(loops) });
    else for (const loop of loops) known.loops.add(loop);
  }

  #check(use: Use, timing: Timing): void {
    const [root] = use.segments;
    const definition = this.#definitions.get(root.name);
    const builtIn = this.#isBuiltIn(root.name);
    if (definition) {
      const visible = use.deferred || isBefore(definition, timing);
      // A variable that hides an action (foreign packs only) may hold anything.
      if (visible || builtIn) return;
      if (!use.write) this.#reportTooEarly(root);
      return;
    }
    if (use.write && use.segments.length === 1) this.#reportAssignment(root);
    else if (lookupEntry(this.#options.vocabulary, root.name)) this.#checkEntry(use, root);
    else if (permissionFor(root.name)) this.#checkPermission(root);
    else if (!builtIn) this.#reportUnknown(use, root);
    if (root.name === "config") this.#checkConfigKey(use.segments[1]);
  }

  #checkEntry(use: Use, root: Segment): void {
    const entry = lookupEntry(this.#options.vocabulary, root.name);
    if (entry?.permission) this.requirePermission(entry.permission, root.name, root.range);
    if (entry?.kind === "function" && entry.permissionOf) {
      const text = use.call?.firstText;
      const permission = entry.permissionOf(text);
      const what = text === undefined ? root.name : `${root.name}('${text}')`;
      if (permission) this.requirePermission(permission, what, root.range);
    }
    checkVocabularyUse(this.#options.vocabulary, use, this.#takesPromises, this.#diagnostics);
  }

  /** Actions await what they get; `resolve` is what people call the function that settles a promise of their own. */
  readonly #takesPromises = ([root = ""]: readonly string[]): boolean =>
    root === "Promise" ||
    root === "resolve" ||
    (!this.#definitions.has(root) && lookupEntry(this.#options.vocabulary, root) !== undefined);

  #checkPermission(root: Segment): void {
    const permission = permissionFor(root.name);
    if (permission) this.requirePermission(permission, root.name, root.range);
  }

  #checkConfigKey(key: Segment | undefined): void {
    const { configKeys } = this.#options;
    if (!key || !configKeys || configKeys.includes(key.name) || this.#diagnostics.hasAllOfOwnRules) return;
    this.#diagnostics.ownRule(key.range, {
      code: "unknown-config-key",
      message: `execution.config has no key \`${key.name}\``,
      hint: suggestion(key.name, configKeys, "Add it to execution.config; without it, this is undefined."),
    });
  }

  #reportTooEarly(root: Segment): void {
    this.#diagnostics.error(root.range, {
      code: "used-before-set",
      message: `\`${root.name}\` is used before the statement that sets it`,
      hint: "Move the statement that sets it up, or this one down.",
    });
  }

  #reportAssignment(root: Segment): void {
    this.#diagnostics.error(root.range, {
      code: "invalid-assignment",
      message: this.#isBuiltIn(root.name)
        ? `cannot assign to \`${root.name}\`: it is ${this.#describe(root.name)}`
        : `cannot assign to \`${root.name}\`: no statement sets it`,
      hint: "Use a `set` statement; to compare, write `===`.",
    });
  }

  #reportUnknown(use: Use, root: Segment): void {
    if (this.#diagnostics.hasAllErrors) return;
    const known = [
      ...knownNames(this.#options.vocabulary),
      ...this.#definitions.keys(),
      ...FLOW_NAMES,
      ...(use.via === "expression" ? [...LANGUAGE_NAMES, ...HARMLESS_GLOBALS] : []),
    ];
    const hint = suggestion(
      root.name,
      known,
      INSTEAD[root.name] ??
        (this.inSteps
          ? "Names are `config`, those of `unique`, and what `saveAs` has saved."
          : "Names are the actions of docs/actions.md, `config`, `vars`, and what `set` and `saveAs` define."),
    );
    this.#diagnostics.error(
      root.range,
      use.via === "call"
        ? { code: "unknown-action", message: `there is no action \`${root.name}\``, hint }
        : { code: "unknown-name", message: `nothing defines \`${root.name}\``, hint },
    );
  }

  #isBuiltIn(name: string): boolean {
    return (
      FLOW_NAMES.has(name) ||
      LANGUAGE_NAMES.has(name) ||
      HARMLESS_GLOBALS.some((global) => global === name) ||
      lookupEntry(this.#options.vocabulary, name) !== undefined
    );
  }

  #describe(name: string): string {
    const entry = lookupEntry(this.#options.vocabulary, name);
    if (entry?.kind === "function") return "the action";
    return entry || FLOW_NAMES.has(name) ? "the object of the flow API" : "the JavaScript global";
  }
}

/** Within a loop a later statement ran in the round before. */
function isBefore(definition: Definition, use: Timing): boolean {
  return definition.order < use.order || use.loops.some((loop) => definition.loops.has(loop));
}
