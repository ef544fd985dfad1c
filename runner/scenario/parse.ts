import { basename, extname } from "node:path";
import { readMarkdownFile } from "./markdown/form.ts";
import { checkMetadataRules, folderTheme, scenarioTags, scenarioTheme } from "./metadata.ts";
import { checkAgainstSchema } from "./schema/check.ts";
import type { ModelScript } from "./schema/model-script-schema.ts";
import type { PackIndex, ScenarioMeta } from "./schema/schema.ts";
import { atOffset, type Diagnostic, Diagnostics } from "./source/diagnostic.ts";
import { atPath, type LocatedNode } from "./source/locate.ts";
import type { SourceFile } from "./source/source.ts";
import { checkSurroundings, type NamedFolder, namedFolders } from "./surroundings.ts";
import type { Draft, Pack, Scenario } from "./types.ts";
import { readYamlFile } from "./yaml/form.ts";
import { plainValue, requireMapping, trimTexts, type YamlPiece } from "./yaml/yaml.ts";

/** What a file turned out to be. */
export type ParsedFile =
  | {
      kind: "scenario";
      scenario: Scenario | undefined;
      id: string | undefined;
      diagnostics: Diagnostic[];
      /** To be checked against the file system, which may change while the file does not. */
      folders: NamedFolder[];
    }
  | { kind: "pack-index"; index: PackIndex | undefined; diagnostics: Diagnostic[] }
  /** Neither scenario nor index: documentation, or material that lies beside scenarios. */
  | { kind: "other" };

/**
 * Reads a file in any of the three forms, or a pack index. Never throws on what the file holds.
 * @param readsFlow false may leave `flow` out, which takes most of the time
 */
export function parseScenarioFile(file: SourceFile, pack: Pack, readsFlow = true): ParsedFile {
  const content = file.path.toLowerCase().endsWith(".md")
    ? readMarkdownFile(file, pack, readsFlow)
    : readYamlFile(file, pack);
  if (content === undefined) return { kind: "other" };
  return "packIndex" in content ? parsePackIndex(content.packIndex, pack) : parseDraft(content, file, pack);
}

function parsePackIndex(piece: YamlPiece, pack: Pack): ParsedFile {
  const { root, diagnostics } = requireMapping(piece, "the pack index");
  if (!root) return { kind: "pack-index", index: undefined, diagnostics };
  const value = plainValue(root);
  const found = new Diagnostics(pack);
  checkAgainstSchema("pack-index", value, root, found);
  const index = found.hasErrors ? undefined : (value as PackIndex);
  return { kind: "pack-index", index, diagnostics: found.all };
}

function parseDraft(draft: Draft, file: SourceFile, pack: Pack): ParsedFile {
  const { diagnostics } = draft;
  const written = draft.meta && trimTexts(plainValue(draft.meta));
  const isBrief = (pack.foreign || pack.brief) && draft.form === "steps";
  const value = isBrief ? { ...fromDocument(draft, file, pack), ...asRecord(written) } : written;
  const folders: NamedFolder[] = [];
  const asParsed = (scenario?: Scenario): ParsedFile => {
    return { kind: "scenario", scenario, id: readId(value), diagnostics: diagnostics.all, folders };
  };
  if (draft.cutOff) return asParsed();
  if (isBrief && !draft.heading && asRecord(written).title === undefined) {
    diagnostics.error(atOffset(file, draft.start), {
      code: "missing-property",
      message: "the scenario has no title",
      hint: "Write it as the first heading: `# The agent greets back`.",
    });
  }
  if (draft.meta) diagnostics.all.push(...checkMetadata(value, draft, draft.meta, { pack, folders }));
  const kind = executionKind(value);
  // Metadata that cannot be read do not say what is missing.
  if (kind === "flow" && draft.meta && !draft.hasFlow) {
    diagnostics.error(atOffset(file, draft.start), {
      code: "missing-flow",
      message: "the scenario has no flow",
      hint: draft.flowAdvice,
    });
  }
  const modelValue = draft.modelScript && plainValue(draft.modelScript);
  if (draft.modelScript) checkAgainstSchema("model-script", modelValue, draft.modelScript, diagnostics);
  if (diagnostics.hasErrors || !draft.meta) return asParsed();

  // No error was found, so the values have the types that their schemas declare.
  const meta = value as ScenarioMeta;
  if (draft.heading && draft.heading.text !== meta.title) {
    diagnostics.warning(atOffset(file, draft.heading.offset), {
      code: "heading-mismatch",
      message: `the heading is \`${draft.heading.text}\`, but the scenario's title is \`${meta.title}\``,
      hint: "Use the same words, so that a report and the file can be matched.",
    });
  }
  if (meta.unique && draft.form !== "steps") {
    diagnostics.ownRule(atPath(draft.meta, ["unique"]), {
      code: "unexpected-property",
      message: "only the texts of `yaml qa-step` blocks can hold the values of `unique`",
      hint: "In a `yaml qa-flow` block, `set` a variable to `randomUUID()`.",
    });
  }
  const { meta: metadata } = draft;
  const theme = scenarioTheme(meta, file, pack);
  return asParsed({
    id: meta.id.normalize(),
    family: meta.id.normalize(),
    examples: draft.examples,
    row: undefined,
    title: meta.title,
    theme,
    file,
    pack,
    form: draft.form,
    meta,
    tags: scenarioTags(meta, theme),
    prose: draft.prose,
    flow: kind === "flow" ? draft.flow : undefined,
    modelScript: draft.modelScript && (modelValue as ModelScript),
    permissions: new Set(meta.permissions),
    at: (path) => atPath(metadata, path),
  });
}

/** What a file of steps in a pack from elsewhere need not say in its front matter, because the rest of it does. */
function fromDocument({ heading, stepNames }: Draft, file: SourceFile, pack: Pack) {
  const name = basename(file.path, extname(file.path));
  const id = (name.toLowerCase().match(/[a-z0-9]+/g) ?? []).join("-");
  const title = heading?.text || id;
  return {
    id,
    title,
    objective: title,
    surface: folderTheme(file, pack) ?? pack.name,
    // A step without a name was reported, and once is enough.
    successCriteria: stepNames.length > 0 ? [...stepNames] : [title],
  };
}

function checkMetadata(
  value: unknown,
  draft: Draft,
  located: LocatedNode,
  { pack, folders }: { pack: Pack; folders: NamedFolder[] },
): Diagnostic[] {
  const found = new Diagnostics(pack);
  checkAgainstSchema("scenario", value, located, found);
  if (found.hasErrors) return found.all;
  const meta = value as ScenarioMeta;
  checkMetadataRules(meta, located, found);
  checkSurroundings(meta, located, draft, found);
  folders.push(...namedFolders(meta, located));
  return found.all;
}

/** Read before the metadata is known to be valid; anything unclear counts as a flow. */
function executionKind(value: unknown): string {
  const kind = asRecord(asRecord(value).execution).kind;
  return kind === "vitest" || kind === "playwright" || kind === "script" ? kind : "flow";
}

function readId(value: unknown): string | undefined {
  const { id } = asRecord(value);
  return typeof id === "string" ? id.normalize() : undefined;
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
