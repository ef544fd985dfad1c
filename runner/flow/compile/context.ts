import type { Node, Scalar } from "yaml";
import { type Diagnostics, SourceRange } from "../../scenario/source/diagnostic.ts";
import { ofNode, type YamlSource } from "../../scenario/source/locate.ts";
import type { Position } from "../../scenario/source/source.ts";
import type { FlowDiagnosticCode } from "../codes.ts";
import { LANGUAGE_NAMES } from "../host-names.ts";
import type { CompiledExpression } from "../types.ts";
import { type FreeReference, type ParsedExpression, parseExpression, type Span } from "./expression.ts";
import type { NameTable } from "./names.ts";
import { textPlaces } from "./places.ts";
import { scalarOffsets } from "./scalar-offsets.ts";
import type { ExpressionSyntax } from "./syntax.ts";
import type { Segment } from "./use.ts";

const PROBLEM_CODES = {
  syntax: "expression-syntax",
  trailing: "expression-trailing",
  "too-deep": "nested-too-deep",
  "too-long": "expression-too-long",
} as const satisfies Record<string, FlowDiagnosticCode>;

/** Names and loops around the statement that is being compiled. */
interface Enclosing {
  /** Items, indexes and caught errors in scope. */
  blockNames: readonly string[];
  loops: readonly number[];
}

/** What the parts of the compiler share while they walk one flow in document order. */
export class CompileContext {
  /** The piece of the file that is being compiled. */
  source: YamlSource;
  readonly diagnostics: Diagnostics<FlowDiagnosticCode>;
  readonly names: NameTable;
  readonly expressions: ExpressionSyntax[] = [];
  #enclosing: Enclosing = { blockNames: [], loops: [] };
  #loopCount = 0;
  #isMessage = false;

  constructor(source: YamlSource, diagnostics: Diagnostics<FlowDiagnosticCode>, names: NameTable) {
    this.source = source;
    this.diagnostics = diagnostics;
    this.names = names;
  }

  get loops(): readonly number[] {
    return this.#enclosing.loops;
  }

  isBlockName(name: string): boolean {
    return this.#enclosing.blockNames.includes(name);
  }

  /** Compiles the statements of a block in which `names` are defined. */
  withinBlock<T>(names: readonly string[], kind: "loop" | "once", compile: () => T): T {
    const outer = this.#enclosing;
    this.#enclosing = {
      blockNames: [...outer.blockNames, ...names],
      loops: kind === "loop" ? [...outer.loops, this.#loopCount++] : outer.loops,
    };
    try {
      return compile();
    } finally {
      this.#enclosing = outer;
    }
  }

  /** Compiles the message of a failure. Upstream parses it only when it fails, so a foreign pack may get it wrong. */
  message<T>(compile: () => T): T {
    this.#isMessage = true;
    try {
      return compile();
    } finally {
      this.#isMessage = false;
    }
  }

  rangeOf(node: Node): SourceRange {
    return ofNode(this.source, node);
  }

  /** Positions in the file of offsets in a scalar's value. */
  locator(scalar: Scalar): (offset: number) => Position {
    const { source } = this;
    let offsets: ((offset: number) => number) | undefined;
    return (offset) => {
      offsets ??= scalarOffsets(scalar, source.text);
      return source.locate(offsets(offset));
    };
  }

  /**
   * Parses an expression and records the names it uses.
   * @returns undefined after a syntax error, which is reported
   */
  expression(scalar: Scalar<string>, lambda?: CompiledExpression["lambda"]): ExpressionSyntax | undefined {
    const text = scalar.value;
    const locate = this.locator(scalar);
    const range = ({ start, end }: Span): SourceRange =>
      new SourceRange(this.source.file, locate, start, end);
    const parsed = parseExpression(text);
    if ("kind" in parsed) {
      const wording = {
        code: PROBLEM_CODES[parsed.kind],
        message: parsed.message,
        ...(parsed.hint ? { hint: parsed.hint } : {}),
      } as const;
      if (this.#isMessage) this.diagnostics.ownRule(range(parsed), wording);
      else this.diagnostics.error(range(parsed), wording);
      return undefined;
    }
    this.#checkAwait(parsed, lambda, range);
    for (const callback of parsed.unheard) {
      const { callee, fate } = callback;
      this.diagnostics.ownRule(range(callback), {
        code: "unheard-callback",
        message:
          fate === "forgotten"
            ? `nobody waits for what this async function does: \`${callee}\` forgets its promise, and so its failure`
            : `\`${callee}\` takes the promise of this async function for its answer, which is always true`,
        hint: "Use `for (const each of list) { await …; }` or `await Promise.all(list.map(async …))`.",
      });
    }
    for (const span of parsed.imports) this.names.requirePermission("import", "import()", range(span));
    const blockNames = new Set<string>();
    for (const reference of parsed.references) {
      if (reference.buildsCode) {
        this.diagnostics.ownRule(range(reference), {
          code: "code-from-text",
          message: `\`${reference.name}\` makes code from text, which fails in an expression`,
          hint: "Write the code as an expression or a lambda of its own.",
        });
      }
      if (lambda?.params.includes(reference.name)) continue;
      if (this.isBlockName(reference.name)) blockNames.add(reference.name);
      else if (!reference.guarded || reference.members.length > 0)
        this.#use(reference, lambda !== undefined, range);
    }
    const syntax: ExpressionSyntax = {
      ast: parsed.ast,
      references: parsed.references,
      imports: parsed.imports,
      locate,
      compiled: {
        text,
        mayNotEnd: parsed.mayNotEnd,
        catches: parsed.catches,
        position: locate(0),
        places: textPlaces(text, locate),
        blockNames: [...blockNames],
        reads: readsOf(parsed.references),
        ...(lambda ? { lambda } : {}),
      },
    };
    this.expressions.push(syntax);
    return syntax;
  }

  #checkAwait(
    { ownAwait }: ParsedExpression,
    lambda: CompiledExpression["lambda"],
    range: (span: Span) => SourceRange,
  ): void {
    if (!ownAwait || !lambda || lambda.async) return;
    this.diagnostics.error(range(ownAwait), {
      code: "await-in-sync-lambda",
      message: "`await` in a lambda that is not async",
      hint: "Add `async: true` to the lambda.",
    });
  }

  #use(reference: FreeReference, inLambda: boolean, range: (span: Span) => SourceRange): void {
    const root: Segment = { name: reference.name, range: range(reference) };
    this.names.use(
      {
        via: "expression",
        segments: [root, ...reference.members.map((member) => ({ name: member.name, range: range(member) }))],
        ...(reference.call ? { call: { ...callUse(reference.call), range: root.range } } : {}),
        write: reference.write || reference.memberWrite,
        deferred: inLambda || reference.deferred,
      },
      this.loops,
    );
  }
}

function readsOf(references: readonly FreeReference[]): CompiledExpression["reads"] {
  const reads = new Map<string, CompiledExpression["reads"][number]>();
  for (const { name, members, call } of references) {
    if (LANGUAGE_NAMES.has(name) || (call && members.length === 0)) continue;
    const names = members.slice(0, call ? -1 : undefined).map((member) => member.name);
    reads.set([name, ...names].join("."), { name, members: names });
  }
  return [...reads.values()];
}

function callUse({ argumentCount, literals: [first], resultUse }: NonNullable<FreeReference["call"]>) {
  return { argumentCount, firstText: typeof first === "string" ? first : undefined, resultUse };
}
