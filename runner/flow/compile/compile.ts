import { isMap, type Node } from "yaml";
import { type Diagnostic, Diagnostics } from "../../scenario/source/diagnostic.ts";
import type { LocatedNode } from "../../scenario/source/locate.ts";
import type { Pack } from "../../scenario/types.ts";
import type { FlowDiagnosticCode } from "../codes.ts";
import type { CompiledFlow, MissingPermission, Step } from "../types.ts";
import type { Permission, Vocabulary } from "../vocabulary.ts";
import { CompileContext } from "./context.ts";
import { describeNode, Mapping } from "./mapping.ts";
import { NameTable } from "./names.ts";
import { compileStatements } from "./statements.ts";
import type { ExpressionSyntax } from "./syntax.ts";

export interface CompileOptions {
  /** What flows may name. */
  vocabulary: Vocabulary;
  /** What the scenario declares, or all of them for a trusted pack. */
  permissions: ReadonlySet<Permission>;
  /** A foreign one runs as upstream runs it, with warnings. */
  pack: Pick<Pack, "foreign">;
  /** Keys of execution.config, to check `config.<key>`; left out, they are not checked. */
  configKeys?: readonly string[];
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
 * Compiles the mapping that holds a scenario's `steps` and finds everything in it that can be known
 * to be wrong before it runs. Aliases in the YAML must have been expanded.
 */
export function compileFlow({ source, node }: LocatedNode, options: CompileOptions): FlowCompilation {
  const diagnostics = new Diagnostics<FlowDiagnosticCode>(options.pack);
  const names = new NameTable(diagnostics, options);
  const context = new CompileContext(source, diagnostics, names);
  const steps = compileSteps(context, node);
  names.finish();
  const flow: CompiledFlow = {
    file: source.file.name,
    path: source.file.path,
    steps,
    vocabulary: options.vocabulary,
    permissions: options.permissions,
    expressions: context.expressions.map(({ compiled }) => compiled),
  };
  return {
    flow: diagnostics.hasErrors ? undefined : flow,
    expressions: context.expressions,
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
