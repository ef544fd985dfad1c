import type { Draft, ParsedFile } from "./draft.ts";
import { readMarkdownFile } from "./markdown/form.ts";
import { trimTexts } from "./normalize.ts";
import { checkMetadataRules } from "./rules.ts";
import { checkAgainstSchema } from "./schema/check.ts";
import type { ModelScript } from "./schema/model-script-schema.ts";
import type { PackIndex, ScenarioMeta } from "./schema/schema.ts";
import { type Finding, findingInFile } from "./source/diagnostic.ts";
import { locatePath } from "./source/locate.ts";
import type { Diagnostic, SourceFile } from "./source/source.ts";
import { scenarioTags, scenarioTheme } from "./tags.ts";
import type { Pack, Scenario } from "./types.ts";
import { readYamlFile } from "./yaml/form.ts";
import { plainValue, requireMapping, type YamlPiece } from "./yaml/yaml.ts";

/**
 * Reads a file in any of the three forms, or a pack index. Never throws on what the file holds.
 * @param readsFlow false may leave `flow` out, which takes most of the time
 */
export function parseScenarioFile(file: SourceFile, pack: Pack, readsFlow = true): ParsedFile {
  const content = file.path.toLowerCase().endsWith(".md")
    ? readMarkdownFile(file, pack.foreign, readsFlow)
    : readYamlFile(file, pack.foreign);
  if (content === undefined) return { kind: "other" };
  return "packIndex" in content ? parsePackIndex(content.packIndex, pack) : parseDraft(content, file, pack);
}

function parsePackIndex(piece: YamlPiece, pack: Pack): ParsedFile {
  const { root, diagnostics } = requireMapping(piece, "the pack index");
  if (!root) return { kind: "pack-index", index: undefined, diagnostics };
  const value = plainValue(root);
  const problems = checkAgainstSchema("pack-index", value, root, pack.foreign);
  const index = hasErrors(problems) ? undefined : (value as PackIndex);
  return { kind: "pack-index", index, diagnostics: problems };
}

function parseDraft(draft: Draft, file: SourceFile, pack: Pack): ParsedFile {
  const { diagnostics } = draft;
  const value = draft.meta && trimTexts(plainValue(draft.meta));
  if (draft.meta) diagnostics.push(...checkMetadata(value, draft.meta, pack.foreign));
  const kind = executionKind(value);
  if (kind === "flow" && !draft.hasFlow) diagnostics.push(missingFlow(draft, file));
  const modelValue = draft.modelScript && plainValue(draft.modelScript);
  if (draft.modelScript) {
    diagnostics.push(...checkAgainstSchema("model-script", modelValue, draft.modelScript, pack.foreign));
  }
  const id = readId(value);
  if (hasErrors(diagnostics) || !draft.meta)
    return { kind: "scenario", scenario: undefined, id, diagnostics };

  // No error was found, so the values have the types that their schemas declare.
  const meta = value as ScenarioMeta;
  if (draft.heading && draft.heading.text !== meta.title) {
    diagnostics.push(
      findingInFile(file, draft.heading.offset, headingMismatch(draft.heading.text, meta.title)),
    );
  }
  const { source, node } = draft.meta;
  const theme = scenarioTheme(meta, file, pack);
  const scenario: Scenario = {
    id: meta.id,
    title: meta.title,
    theme,
    file,
    pack,
    form: draft.form,
    meta,
    metadata: draft.meta,
    tags: scenarioTags(meta, theme),
    prose: draft.prose,
    flow: kind === "flow" ? draft.flow : undefined,
    modelScript: draft.modelScript && { ...draft.modelScript, value: modelValue as ModelScript },
    permissions: new Set(meta.permissions),
    locate: (path) => source.locate(locatePath(node, path).value.range?.[0] ?? 0),
  };
  return { kind: "scenario", scenario, id, diagnostics };
}

function checkMetadata(value: unknown, located: NonNullable<Draft["meta"]>, foreign: boolean): Diagnostic[] {
  const problems = checkAgainstSchema("scenario", value, located, foreign);
  return hasErrors(problems)
    ? problems
    : [...problems, ...checkMetadataRules(value as ScenarioMeta, located)];
}

function missingFlow(draft: Draft, file: SourceFile): Diagnostic {
  return findingInFile(file, draft.start, {
    code: "missing-flow",
    severity: "error",
    message: "the scenario has no flow",
    hint: draft.flowAdvice,
  });
}

function headingMismatch(heading: string, title: string): Finding {
  return {
    code: "heading-mismatch",
    severity: "warning",
    message: `the heading is \`${heading}\`, but the scenario's title is \`${title}\``,
    hint: "Use the same words, so that a report and the file can be matched.",
  };
}

/** Read before the metadata is known to be valid; anything unclear counts as a flow. */
function executionKind(value: unknown): string {
  const kind = asRecord(asRecord(value).execution).kind;
  return kind === "vitest" || kind === "playwright" || kind === "script" ? kind : "flow";
}

function readId(value: unknown): string | undefined {
  const { id } = asRecord(value);
  return typeof id === "string" ? id : undefined;
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === "error");
}
