import { isMap, isSeq, type Node } from "yaml";
import {
  atOffset,
  type Diagnostic,
  Diagnostics,
  type SourceRange,
} from "../../scenario/source/diagnostic.ts";
import type { LocatedNode, YamlSource } from "../../scenario/source/locate.ts";
import type { FlowSource, Pack, StepSection } from "../../scenario/types.ts";
import type { FlowDiagnosticCode } from "../codes.ts";
import type { CompiledFlow, MissingPermission, Statement, Step } from "../types.ts";
import type { Permission, StatementVocabulary, ValueSchema, Vocabulary } from "../vocabulary.ts";
import { compileAction } from "./actions.ts";
import { CompileContext } from "./context.ts";
import { describeNode, Mapping } from "./mapping.ts";
import { NamedThings } from "./named.ts";
import { NameTable } from "./names.ts";
import { Roots } from "./roots.ts";
import { compileStatements } from "./statements.ts";
import type { StepContext } from "./step-context.ts";
import type { ExpressionSyntax } from "./syntax.ts";

export interface CompileOptions {
  /** What flows may name. */
  vocabulary: Vocabulary;
  /** The actions of steps below headings. */
  statements: StatementVocabulary;
  /** What the scenario declares, or all of them for a trusted pack. */
  permissions: ReadonlySet<Permission>;
  /** A foreign one runs as upstream runs it, with warnings. */
  pack: Pick<Pack, "foreign">;
  /** Keys of execution.config, to check `config.<key>`; left out, they are not checked. */
  configKeys?: readonly string[];
  /** Names whose values are made up for each run, with where they stand. */
  unique?: readonly { name: string; range: SourceRange }[];
  /** Ids of the plugins that the scenario brings along. */
  plugins?: readonly string[];
  /** Names whose values each run is given, with what they are like: `row`. */
  given?: Readonly<Record<string, ValueSchema>>;
}

export interface FlowCompilation {
  /** Absent if there is an error. */
  flow: CompiledFlow | undefined;
  /** Of all expressions, in the order of the document. */
  expressions: readonly ExpressionSyntax[];
  /** In the order of the file. */
  diagnostics: Diagnostic[];
  /** One entry for each permission, for foreign packs only: elsewhere a missing one is an error. */
  missingPermissions: readonly MissingPermission[];
}

/**
 * Compiles what a scenario does and finds everything in it that can be known to be wrong before it runs. Aliases in the
 * YAML must have been expanded.
 */
export function compileFlow(source: FlowSource, options: CompileOptions): FlowCompilation {
  return "node" in source ? compileMapping(source, options) : compileSections(source, options);
}

function compileMapping({ source, node }: LocatedNode, options: CompileOptions): FlowCompilation {
  const context = contextFor(source, options);
  return finish(context, compileSteps(context, node), options, []);
}

function compileSections(sections: readonly StepSection[], options: CompileOptions): FlowCompilation {
  const { unique = [], given = {}, statements } = options;
  const names = unique.map(({ name }) => name);
  const source = sections.flatMap(({ blocks }) => blocks)[0]?.source;
  if (!source) return { flow: undefined, expressions: [], diagnostics: [], missingPermissions: [] };
  const flow = contextFor(source, options);
  flow.names.inSteps = true;
  for (const { name, range } of unique) flow.names.defineVariable(name, range, []);
  for (const name of Object.keys(given)) flow.names.defineGiven(name);
  const roots = new Roots(flow.diagnostics, { ...options, unique: names, given });
  const named = new NamedThings();
  for (const plugin of options.plugins ?? []) named.know("plugin", plugin);
  const context: StepContext = { flow, roots, statements, named };
  const steps = sections.map(({ name, heading, blocks, unmarked }): Step => {
    for (const { range, word } of unmarked) {
      if (!Object.hasOwn(statements, word)) continue;
      flow.diagnostics.ownRule(range, {
        code: "unknown-fence",
        message: `this block begins with \`${word}\`, as steps do, and is left out`,
        hint: "Mark it as ```yaml qa-step; what is only to be read, as ```text.",
        fix: "yaml qa-step",
      });
    }
    const actions = blocks.flatMap((block) => {
      flow.source = block.source;
      const nodes = isSeq(block.node) ? (block.node.items as Node[]) : [];
      return nodes.map((node) => compileAction(context, node)).filter((each) => each !== undefined);
    });
    return { name, position: heading.start, actions };
  });
  roots.finish();
  named.finish(flow.diagnostics);
  if (
    !flow.diagnostics.hasErrors &&
    !steps.some(({ actions }) => actions.some((each) => expects(each, statements)))
  )
    flow.diagnostics.warning(sections[0]?.heading ?? atOffset(source.file, 0), {
      code: "expects-nothing",
      message: "no statement of this scenario expects anything: it passes as long as nothing is refused",
      hint: "Say what must come of it: `- expectReply: …`, `reply: …` beside `ask`, `answer: …` beside what acts.",
    });
  return finish(flow, steps, options, names);
}

/** Whether a statement says what must come, and not only what is done. */
function expects(statement: Statement, statements: StatementVocabulary): boolean {
  if (statement.kind !== "action") return true;
  const { action, params, answer, error } = statement;
  const entry = statements[action];
  return (
    entry?.statement !== "acts" ||
    answer !== undefined ||
    error !== undefined ||
    params.some(([name]) => entry.params[name]?.matches !== undefined)
  );
}

function contextFor(source: YamlSource, options: CompileOptions): CompileContext {
  const diagnostics = new Diagnostics<FlowDiagnosticCode>(options.pack);
  return new CompileContext(source, diagnostics, new NameTable(diagnostics, options));
}

function finish(
  { names, diagnostics, expressions, source }: CompileContext,
  steps: readonly Step[],
  options: CompileOptions,
  unique: readonly string[],
): FlowCompilation {
  names.finish();
  const flow: CompiledFlow = {
    file: source.file.name,
    path: source.file.path,
    steps,
    vocabulary: options.vocabulary,
    statements: options.statements,
    permissions: options.permissions,
    unique,
    expressions: expressions.map(({ compiled }) => compiled),
  };
  return {
    flow: diagnostics.hasErrors ? undefined : flow,
    expressions,
    diagnostics: diagnostics.all.toSorted((a, b) => a.line - b.line || a.column - b.column),
    missingPermissions: names.missingPermissions,
  };
}

function compileSteps(context: CompileContext, node: Node): Step[] {
  if (!isMap(node)) {
    context.diagnostics.error(context.rangeOf(node), {
      code: "wrong-type",
      message: `a flow is a mapping with \`steps\`, got ${describeNode(node)}`,
    });
    return [];
  }
  const mapping = new Mapping(node, "the flow", context);
  mapping.allowKeys(["steps"]);
  const nodes = mapping.list(mapping.required("steps"), 1)?.items ?? [];
  const seen = new Set<string>();
  return nodes.map((step) => compileStep(context, step as Node, seen)).filter((step) => step !== undefined);
}

function compileStep(context: CompileContext, node: Node, seen: Set<string>): Step | undefined {
  const { diagnostics } = context;
  const range = context.rangeOf(node);
  if (!isMap(node)) {
    diagnostics.error(range, {
      code: "wrong-type",
      message: `a step is a mapping, got ${describeNode(node)}`,
    });
    return undefined;
  }
  const mapping = new Mapping(node, "the step", context);
  mapping.allowKeys(["name", "actions", "detailsExpr", "timeoutMs"]);
  const name = mapping.text(mapping.required("name"));
  if (name && seen.has(name.value.value)) {
    diagnostics.warning(name.valueRange, {
      code: "duplicate-step",
      message: `there is another step named \`${name.value.value}\``,
      hint: "Give each step a name of its own, so that a report can distinguish them.",
    });
  }
  if (name) seen.add(name.value.value);
  const actions = compileStatements(context, mapping.list(mapping.required("actions"), 1));
  const detailsText = mapping.text(mapping.field("detailsExpr"));
  const details = detailsText && context.expression(detailsText.value)?.compiled;
  const timeoutMs = mapping.milliseconds(mapping.field("timeoutMs"));
  return {
    name: name?.value.value ?? "",
    position: range.start,
    actions,
    ...(details ? { details } : {}),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  };
}
