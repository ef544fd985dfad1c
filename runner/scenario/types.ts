import type { MarkdownHeading } from "./markdown/markdown.ts";
import type { ModelScript } from "./schema/model-script-schema.ts";
import type { PackIndex, ScenarioMeta } from "./schema/schema.ts";
import type { Diagnostic, Diagnostics, SourceRange } from "./source/diagnostic.ts";
import type { LocatedNode, Path } from "./source/locate.ts";
import type { SourceFile } from "./source/source.ts";

/** A folder of scenarios. */
export interface Pack {
  name: string;
  /** Absolute path of the folder that themes are folders of. */
  root: string;
  /** Absolute path that docsRefs and codeRefs start from. */
  referenceRoot: string;
  /** Not this repository's own: what only style or its own repository can settle is a warning. */
  foreign: boolean;
  /** A title and steps are enough for its scenarios, as they are for those of a foreign pack. */
  brief?: boolean;
  /** Its flows have every permission that they use, declared or not (`--trust`). */
  trusted: boolean;
  /** It comes with the tool, and is looked at from another repository. */
  builtin?: true;
}

/** How the file is written; all forms give the same scenario. */
type ScenarioForm = "steps" | "front-matter" | "fences" | "yaml";

/** A step of the form with headings: what stands in the `yaml qa-step` fences below one of them. */
export interface StepSection {
  name: string;
  heading: SourceRange;
  /** Lists of statements, in the order of the document; those that cannot be read are missing. */
  blocks: readonly LocatedNode[];
  /** Blocks of plain YAML that stand with them and whose list begins with a word, with the place of what marks them. */
  unmarked: readonly { word: string; range: SourceRange }[];
}

/** What a scenario does: the mapping that holds `steps`, or the sections of the document that are steps. */
export type FlowSource = LocatedNode | readonly StepSection[];

/** What a cell of a table of examples holds. */
export type ExampleValue = string | number | boolean | null;

/** A row of the table below `## Examples`, with the values of all columns. */
export interface ExampleRow {
  /** The value of the first column, as text. */
  name: string;
  values: Readonly<Record<string, ExampleValue>>;
}

/** The table below `## Examples`: the scenario runs once with each row. */
export interface Examples {
  columns: readonly string[];
  rows: readonly ExampleRow[];
  /** By column: which JSON types its values have. */
  shapes: Readonly<Record<string, { type: string | readonly string[] }>>;
}

/** A scenario as it runs: one with a table of examples is one for each of its rows. */
export interface Scenario {
  /** Unique; of a row: the file's id, a slash, and the row's name. */
  id: string;
  /** As the file has it: the same for all rows. */
  family: string;
  /** With the row's name. */
  title: string;
  /** Explicit, or the folder below the pack's root, for instance `runtime/tools`. */
  theme: string | undefined;
  file: SourceFile;
  pack: Pack;
  form: ScenarioForm;
  meta: ScenarioMeta;
  /** What `--tag` selects by: theme, surfaces, coverage ids and own tags; sorted, each once. */
  tags: readonly string[];
  /** Markdown without front matter and qa fences. */
  prose: string;
  /** Absent if another program carries the scenario out. */
  flow: FlowSource | undefined;
  /** What is wrong with the flow, where an earlier check has found it out; the flow itself is left out then. */
  checked?: readonly Diagnostic[] | undefined;
  examples: Examples | undefined;
  /** Of the examples: what this one runs with. */
  row: ExampleRow | undefined;
  /** How the scripted model answers. */
  modelScript: ModelScript | undefined;
  permissions: ReadonlySet<NonNullable<ScenarioMeta["permissions"]>[number]>;
  /** Where a metadata value stands; the nearest enclosing one if there is none at `path`. */
  at(path: Path): SourceRange;
}

/** A pack's index with the file it comes from. */
export interface LocatedPackIndex {
  pack: Pack;
  file: SourceFile;
  index: PackIndex;
}

/** A scenario file taken apart, before its parts are checked against the formats. */
export interface Draft {
  form: ScenarioForm;
  /** The metadata mapping; absent if it is missing or cannot be read (reported in `diagnostics`). */
  meta: LocatedNode | undefined;
  flow: FlowSource | undefined;
  /** A flow block is there, even if it cannot be read. */
  hasFlow: boolean;
  /** What to do if the flow is missing. */
  flowAdvice: string;
  modelScript: LocatedNode | undefined;
  examples: Examples | undefined;
  prose: string;
  /** The first heading; undefined for YAML files. */
  heading: MarkdownHeading | undefined;
  /** Headings of steps, of the form with headings: what such a file need not say in its front matter comes from them. */
  stepNames: readonly string[];
  /** Offset in the file of the metadata block. */
  start: number;
  /** Only the beginning of the file was read, so that what is missing means nothing. */
  cutOff?: boolean;
  diagnostics: Diagnostics;
}

/** Of a file that cannot be read, or only in part. */
export const EMPTY_DRAFT = {
  meta: undefined,
  flow: undefined,
  hasFlow: true,
  flowAdvice: "",
  modelScript: undefined,
  examples: undefined,
  prose: "",
  heading: undefined,
  stepNames: [],
  start: 0,
} as const satisfies Partial<Draft>;
