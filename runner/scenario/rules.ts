import { basename } from "node:path";
import type { ScenarioMeta } from "./schema/schema.ts";
import { findingAtPath } from "./source/diagnostic.ts";
import type { Diagnostic } from "./source/source.ts";
import type { LocatedNode } from "./yaml/source.ts";

/** What holds for metadata that fits the schema but the schema cannot say. */
export function checkMetadataRules(meta: ScenarioMeta, located: LocatedNode): Diagnostic[] {
  return [...coverageOverlap(meta, located), ...unsupportedKind(meta, located)];
}

function coverageOverlap(meta: ScenarioMeta, located: LocatedNode): Diagnostic[] {
  const primary = new Set(meta.coverage?.primary);
  return (meta.coverage?.secondary ?? []).flatMap((id, index) =>
    primary.has(id)
      ? findingAtPath(located, ["coverage", "secondary", index], {
          code: "coverage-overlap",
          severity: "error",
          message: `\`${id}\` is both primary and secondary coverage`,
          hint: "Keep it in the one list that fits.",
        })
      : [],
  );
}

function unsupportedKind(meta: ScenarioMeta, located: LocatedNode): Diagnostic[] {
  const kind = meta.execution?.kind ?? "flow";
  if (kind === "flow") return [];
  const program = basename(meta.execution?.path ?? "");
  return [
    findingAtPath(located, ["execution", "kind"], {
      code: "unsupported-execution-kind",
      severity: "warning",
      message: `scenarios of kind \`${kind}\` are listed but not run here`,
      hint: `Run ${program} with ${kind === "script" ? "its own repository" : kind}; a run of this scenario ends as blocked.`,
    }),
  ];
}
