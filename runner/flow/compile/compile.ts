import { isMap, type Node } from "yaml";
import type { Diagnostic } from "../../scenario/source/source.ts";
import type { LocatedNode } from "../../scenario/yaml/source.ts";
import type { CompiledFlow, MissingPermission, Step } from "../types.ts";
import type { Permission, Vocabulary } from "../vocabulary.ts";
import { CompileContext } from "./context.ts";
import { Findings } from "./findings.ts";
import { describeNode, Mapping } from "./mapping.ts";
import { NameTable } from "./names.ts";
import { compileStatements } from "./statements.ts";

export interface CompileOptions {
  /** What flows may name. */
  vocabulary: Vocabulary;
  /** What the scenario declares, or all of them for a trusted pack. */
  permissions: ReadonlySet<Permission>;
  /** The scenario belongs to somebody else's pack: it runs as upstream runs it, with warnings. */
  foreign: boolean;
  /** Keys of execution.config, to check `config.<key>`; left out, they are not checked. */
  configKeys?: readonly string[];
}

export interface FlowCompilation {
  /** Absent if there is an error. */
  flow: CompiledFlow | undefined;
  /** In the order of the file. */
  diagnostics: Diagnostic[];
  /** One entry for each permission, of foreign packs only: elsewhere it is an error. */
  missingPermissions: readonly MissingPermission[];
}

/**
 * Compiles the mapping that holds a scenario's `steps` and finds everything in it that can be known
 * to be wrong before it runs. Aliases in the YAML must have been expanded.
 */
export function compileFlow({ source, node }: LocatedNode, options: CompileOptions): FlowCompilation {
  const findings = new Findings(source, options.foreign);
  const names = new NameTable(findings, options);
  const context = new CompileContext(findings, names);
  const steps = compileSteps(context, node);
  names.finish();
  const flow: CompiledFlow = {
    file: source.file.name,
    path: source.file.path,
    steps,
    vocabulary: options.vocabulary,
    permissions: options.permissions,
    expressions: context.expressions,
  };
  return {
    flow: findings.hasErrors ? undefined : flow,
    diagnostics: findings.sorted(),
    missingPermissions: names.missingPermissions,
  };
}

function compileSteps(context: CompileContext, node: Node): Step[] {
  const { findings } = context;
  if (!isMap(node)) {
    findings.error(findings.place(node), {
      code: "wrong-type",
      message: `a flow is a mapping with \`steps\`, got ${describeNode(node)}`,
    });
    return [];
  }
  const mapping = new Mapping(node, "the flow", findings);
  mapping.allowKeys(["steps"]);
  const nodes = mapping.list(mapping.required("steps"), 1)?.items ?? [];
  const seen = new Set<string>();
  return nodes.map((step) => compileStep(context, step as Node, seen)).filter((step) => step !== undefined);
}

function compileStep(context: CompileContext, node: Node, seen: Set<string>): Step | undefined {
  const { findings } = context;
  const place = findings.place(node);
  if (!isMap(node)) {
    findings.error(place, { code: "wrong-type", message: `a step is a mapping, got ${describeNode(node)}` });
    return undefined;
  }
  const mapping = new Mapping(node, "the step", findings);
  mapping.allowKeys(["name", "actions", "detailsExpr", "timeoutMs"]);
  const name = mapping.text(mapping.required("name"));
  if (name && seen.has(name.value.value)) {
    findings.warning(name.valuePlace, {
      code: "duplicate-step",
      message: `there is another step named \`${name.value.value}\``,
      hint: "Give each step a name of its own, so that a report tells them apart.",
    });
  }
  if (name) seen.add(name.value.value);
  const actions = compileStatements(context, mapping.list(mapping.required("actions"), 1));
  const detailsText = mapping.text(mapping.field("detailsExpr"));
  const details = detailsText && context.expression(detailsText.value);
  const timeoutMs = mapping.milliseconds(mapping.field("timeoutMs"));
  return {
    name: name?.value.value ?? "",
    position: place.start,
    actions,
    ...(details ? { details } : {}),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  };
}
