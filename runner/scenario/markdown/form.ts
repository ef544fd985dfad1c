import { suggest, suggestion } from "../../base/suggest.ts";
import { atOffset, Diagnostics, type DiagnosticText, SourceRange } from "../source/diagnostic.ts";
import { LIMITS } from "../source/limits.ts";
import type { LocatedNode } from "../source/locate.ts";
import type { SourceFile } from "../source/source.ts";
import { type Draft, EMPTY_DRAFT, type Pack } from "../types.ts";
import { parseYamlPiece, requireMapping, type YamlPiece } from "../yaml/yaml.ts";
import { readExamples } from "./examples.ts";
import { type MarkdownBlock, type MarkdownOutline, outlineMarkdown } from "./markdown.ts";
import { readStepSections } from "./step-sections.ts";

const SINGLE_FENCES = ["qa-scenario", "qa-flow", "qa-model", "qa-pack"] as const;
type SingleFence = (typeof SINGLE_FENCES)[number];
const STEP_FENCE = "qa-step";
const FENCE_KINDS = [...SINGLE_FENCES, STEP_FENCE] as const;
type FenceKind = (typeof FENCE_KINDS)[number];

const ID_LINE = /^id[ \t]*:/m;

/**
 * A Markdown file: a scenario in parts, a pack index, or something else (undefined).
 * @param readsFlow false leaves the flow unread, for those who only want to know what the scenario is
 */
export function readMarkdownFile(
  file: SourceFile,
  pack: Pack,
  readsFlow: boolean,
): Draft | { packIndex: YamlPiece } | undefined {
  return new MarkdownReader(file, pack).read(readsFlow);
}

class MarkdownReader {
  readonly #file: SourceFile;
  readonly #outline: MarkdownOutline;
  readonly #blocks = new Map<SingleFence, MarkdownBlock>();
  readonly #stepFences: MarkdownBlock[] = [];
  /** Blocks that say nothing but that they are YAML. */
  readonly #plainYaml: MarkdownBlock[] = [];
  readonly #pack: Pack;
  readonly #diagnostics: Diagnostics;

  constructor(file: SourceFile, pack: Pack) {
    this.#file = file;
    this.#pack = pack;
    this.#diagnostics = new Diagnostics(pack);
    this.#outline = outlineMarkdown(file.text);
  }

  read(readsFlow: boolean): Draft | { packIndex: YamlPiece } | undefined {
    for (const fence of this.#outline.fences) this.#sortFence(fence);
    const pack = this.#blocks.get("qa-pack");
    if (pack) return { packIndex: this.#parse(pack) };
    const frontMatter = this.#frontMatter();
    if (this.#outline.tooDeep !== undefined) return this.#cutOff(this.#outline.tooDeep, frontMatter?.block);
    const hasSteps = this.#stepFences.length > 0;
    if (this.#blocks.size === 0 && !hasSteps && !frontMatter?.hasId) return this.#onlyMistyped();
    const scenarioFence = this.#blocks.get("qa-scenario");
    if (scenarioFence && frontMatter?.hasId) {
      this.#diagnostics.error(this.#at(scenarioFence.start), {
        code: "ambiguous-metadata",
        message: "the scenario is described twice: in the front matter and in this block",
        hint: "Keep the front matter and remove the block.",
      });
    }
    const usesFence = scenarioFence !== undefined && !frontMatter?.hasId;
    const metaBlock = usesFence ? scenarioFence : frontMatter?.block;
    const needsNone = hasSteps && (this.#pack.foreign || this.#pack.brief) && !frontMatter;
    if (!metaBlock && !frontMatter && !needsNone) this.#missingMetadata();
    const flowBlock = this.#blocks.get("qa-flow");
    if (flowBlock && hasSteps) this.#twoForms(flowBlock);
    const sections = readStepSections(
      this.#file,
      this.#outline.sections,
      this.#stepFences,
      this.#diagnostics,
      readsFlow,
      this.#plainYaml,
    );
    return {
      form: hasSteps ? "steps" : usesFence ? "fences" : "front-matter",
      meta: needsNone && !metaBlock ? nothing(this.#file) : this.#root(metaBlock),
      flow: !readsFlow ? undefined : hasSteps ? sections : this.#root(flowBlock),
      hasFlow: flowBlock !== undefined || hasSteps,
      flowAdvice: this.#advice(
        "qa-flow",
        /^steps[ \t]*:/m,
        "Write each step as a heading with a ```yaml qa-step block below it.",
      ),
      modelScript: this.#root(this.#blocks.get("qa-model")),
      examples: hasSteps
        ? readExamples(this.#file, this.#outline, this.#stepFences, this.#diagnostics)
        : undefined,
      prose: this.#prose(),
      heading: this.#outline.heading,
      stepNames: sections.map(({ name }) => name),
      start: metaBlock?.start ?? 0,
      diagnostics: this.#diagnostics,
    };
  }

  /** The id may be known, which helps those who ask for the scenario by it. */
  #cutOff(at: number, frontMatter: MarkdownBlock | undefined): Draft {
    const meta = frontMatter && this.#parse(frontMatter).root;
    const diagnostics = new Diagnostics();
    diagnostics.error(this.#at(at), {
      code: "nested-too-deep",
      message: `lists and quotes lie more than ${LIMITS.markdownDepth} deep in one another`,
      hint: "Is a dash or a `>` repeated by mistake? A line of dashes ends with one, without text behind it.",
    });
    return { ...EMPTY_DRAFT, form: "front-matter", meta, cutOff: true, diagnostics };
  }

  /** A file is no scenario without blocks of one, unless their names are mistyped. */
  #onlyMistyped(): Draft | undefined {
    if (!this.#diagnostics.all.some(({ hint }) => hint !== undefined)) return undefined;
    return { ...EMPTY_DRAFT, form: "steps", cutOff: true, diagnostics: this.#diagnostics };
  }

  #sortFence(fence: MarkdownBlock): void {
    const kind = kindOf(fence);
    if (!kind) {
      const mistyped = fence.info.find((part) => part.startsWith("qa-"));
      if (mistyped === undefined) {
        this.#sortUnmarked(fence);
        return;
      }
      const meant = suggest(mistyped, FENCE_KINDS);
      const isYaml = fence.info.some((word) => word === "yaml" || word === "yml");
      const text: DiagnosticText = {
        code: "unknown-fence",
        message: `\`${fence.info.join(" ")}\` is not a block of a scenario`,
        hint: suggestion(
          `yaml ${mistyped}`,
          FENCE_KINDS.map((name) => `yaml ${name}`),
        ),
        fix: meant && (isYaml ? meant : `yaml ${meant}`),
      };
      const range = this.#infoWord(fence, mistyped);
      // What it holds would be left out without a word. Others may have blocks with names of their own.
      if (meant) this.#diagnostics.error(range, text);
      else this.#diagnostics.ownRule(range, text);
      return;
    }
    if (!fence.closed) {
      this.#diagnostics.warning(this.#at(fence.start), {
        code: "unclosed-fence",
        message: `the \`yaml ${kind}\` block has no closing line`,
        hint: "End it with a line of the same backticks; all that follows is read as YAML.",
      });
    }
    if (kind === STEP_FENCE) {
      this.#stepFences.push(fence);
      return;
    }
    const first = this.#blocks.get(kind);
    if (first) {
      this.#diagnostics.error(this.#at(fence.start), {
        code: "duplicate-fence",
        message: `there is a \`yaml ${kind}\` block already, on line ${this.#file.position(first.start).line}`,
        hint: "Put both into one, or remove one of the two.",
      });
      return;
    }
    this.#blocks.set(kind, fence);
  }

  /** What marks it as a block of a scenario may be written in other ways: `qastep`, `qa step`, `{qa-step}`. */
  #sortUnmarked(fence: MarkdownBlock): void {
    const [language = "", ...words] = fence.info;
    if (language !== "yaml" && language !== "yml") return;
    const letters = words.join("").replace(/[^a-z]/g, "");
    const meant = FENCE_KINDS.find((kind) => kind.replace("-", "") === letters);
    if (words.length === 0) this.#plainYaml.push(fence);
    if (meant === undefined) return;
    const { text } = this.#file;
    const at = text
      .toLowerCase()
      .indexOf(words[0] ?? "", text.toLowerCase().indexOf(language, fence.start) + language.length);
    const [written = ""] = /^[^\r\n]*/.exec(text.slice(at)) ?? [];
    const range = new SourceRange(
      this.#file,
      (offset) => this.#file.position(offset),
      at,
      at + written.trimEnd().length,
    );
    this.#diagnostics.ownRule(range, {
      code: "unknown-fence",
      message: `\`${fence.info.join(" ")}\` is not a block of a scenario`,
      hint: `Did you mean \`yaml ${meant}\`?`,
      fix: meant,
    });
  }

  /** A word behind the backticks that open a fence. */
  #infoWord({ start }: MarkdownBlock, word: string): SourceRange {
    const at = this.#file.text.toLowerCase().indexOf(word, start);
    return new SourceRange(this.#file, (offset) => this.#file.position(offset), at, at + word.length);
  }

  #twoForms(flow: MarkdownBlock): void {
    const [step] = this.#stepFences;
    const { line } = this.#file.position(step?.start ?? 0);
    this.#diagnostics.error(this.#at(flow.start), {
      code: "duplicate-fence",
      message: `the file has steps already, in the \`yaml ${STEP_FENCE}\` block on line ${line}`,
      hint: "A file has `yaml qa-step` blocks or one `yaml qa-flow` block, not both.",
    });
  }

  #frontMatter(): { block: MarkdownBlock | undefined; hasId: boolean } | undefined {
    const block = this.#outline.frontMatter;
    if (block) return { block, hasId: ID_LINE.test(block.content) };
    const opening = /^---[ \t]*\r?\n(?=[\w-]+[ \t]*:)/.exec(this.#file.text);
    if (!opening || !ID_LINE.test(this.#file.text)) return undefined;
    this.#diagnostics.error(this.#at(0), {
      code: "unclosed-fence",
      message: "the front matter has no closing `---` line",
      hint: "Put a line `---` after the metadata, without indentation.",
    });
    return { block: undefined, hasId: true };
  }

  #missingMetadata(): void {
    const first = [...this.#blocks.values(), ...this.#stepFences][0];
    this.#diagnostics.error(this.#at(first?.start ?? 0), {
      code: "missing-metadata",
      message: "the file has a scenario block but no metadata",
      hint: this.#advice(
        "qa-scenario",
        ID_LINE,
        "Begin the file with front matter: `---`, `id`, `title`, …, `---`.",
      ),
    });
  }

  /** Points at a plain YAML block that looks like the missing one. */
  #advice(kind: SingleFence, looksLike: RegExp, otherwise: string): string {
    const unmarked = this.#outline.fences.find(
      (fence) => ![...this.#blocks.values()].includes(fence) && looksLike.test(fence.content),
    );
    if (!unmarked) return otherwise;
    return `Mark the block on line ${this.#file.position(unmarked.start).line} as \`\`\`yaml ${kind}.`;
  }

  #root(block: MarkdownBlock | undefined): LocatedNode | undefined {
    if (!block) return undefined;
    const piece = this.#parse(block);
    const mapping = requireMapping(piece, "the block");
    this.#diagnostics.all.push(...mapping.diagnostics);
    return mapping.root;
  }

  #parse(block: MarkdownBlock): YamlPiece {
    return parseYamlPiece(this.#file, block.content, block.contentStart, block.end);
  }

  #prose(): string {
    const blocks = [this.#outline.frontMatter, ...this.#blocks.values(), ...this.#stepFences].filter(
      (block) => block !== undefined,
    );
    let prose = "";
    let from = 0;
    for (const block of blocks.sort((a, b) => a.start - b.start)) {
      prose += this.#file.text.slice(from, block.start);
      from = block.end;
    }
    return (prose + this.#file.text.slice(from))
      .replace(/\r\n?/g, "\n")
      .replace(/\n{3,}/g, "\n\n")
      .trim();
  }

  #at(offset: number): SourceRange {
    return atOffset(this.#file, offset);
  }
}

function kindOf({ info: [language, word] }: MarkdownBlock): FenceKind | undefined {
  return language === "yaml" || language === "yml" ? FENCE_KINDS.find((name) => name === word) : undefined;
}

/** The blocks of a scenario or a pack index among the fences of a document. */
export function scenarioBlocks(
  fences: readonly MarkdownBlock[],
): { block: MarkdownBlock; kind: FenceKind }[] {
  return fences.flatMap((block) => {
    const kind = kindOf(block);
    return kind ? [{ block, kind }] : [];
  });
}

/** Stands for metadata that are not there. */
function nothing(file: SourceFile): LocatedNode | undefined {
  return parseYamlPiece(file, "{}", 0, 0).root;
}
