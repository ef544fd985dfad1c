import { checkScenarios } from "../plan/check.ts";
import { rootShapes } from "../plan/compile.ts";
import { formatFile } from "../plan/format.ts";
import { packAround } from "../scenario/catalog/packs.ts";
import { parseScenarioFile } from "../scenario/parse.ts";
import type { Diagnostic } from "../scenario/source/diagnostic.ts";
import { SourceFile } from "../scenario/source/source.ts";
import type { Edit } from "../scenario/writing/format.ts";
import { type Block, cursorForCompletion, cursorForHover } from "./cursor.ts";
import { inMetadata } from "./metadata.ts";
import { inStatements } from "./statements.ts";
import type { Suggestion } from "./suggestions.ts";
import { inPath, openPath } from "./values.ts";

/** Where scenarios and their references are looked for; absolute. */
export interface Surroundings {
  repoRoot: string;
  cwd: string;
}

/** Suggestions, and the offsets of the text that one of them takes the place of. */
export interface Suggestions {
  suggestions: Suggestion[];
  start: number;
  end: number;
}

/** A scenario file as an editor has it, saved or not. */
export class OpenFile {
  readonly #path: string;
  readonly #text: string;
  readonly #around: Surroundings;

  constructor(path: string, text: string, around: Surroundings) {
    this.#path = path;
    this.#text = text;
    this.#around = around;
  }

  /** What `qa check` would say of the file if it were saved; nothing about a file that holds no scenario. */
  async check(): Promise<Diagnostic[]> {
    const unsaved = new Map([[this.#path, this.#text]]);
    const { diagnostics } = await checkScenarios({ ...this.#around, unsaved });
    return diagnostics;
  }

  /** What `qa fmt` would change; nothing in a file that holds no scenario. */
  format(): Edit[] {
    const parsed = this.#parse();
    return parsed.kind === "other" ? [] : formatFile({ path: this.#path, text: this.#text });
  }

  /** What may be typed at an offset. */
  complete(offset: number): Suggestions | undefined {
    const lineStart = this.#text.lastIndexOf("\n", offset - 1) + 1;
    const path = openPath(this.#text.slice(lineStart, offset));
    if (path) {
      const parsed = this.#parse(this.#closed(offset));
      if (parsed.kind !== "scenario" || !parsed.scenario) return undefined;
      const file = new SourceFile("", this.#path, this.#text);
      const suggestions = inPath(parsed.scenario, path.owner, file.position(offset));
      return { suggestions, start: offset - path.word.length, end: offset };
    }
    const cursor = cursorForCompletion(this.#text, offset);
    if (!cursor) return undefined;
    const { block, place, wordStart } = cursor;
    const suggestions =
      block.kind === "qa-step"
        ? inStatements(place).flatMap((each) => (each.isDeclared ? this.#declared(each, block) : each))
        : inMetadata(block.kind, place);
    return { suggestions, start: wordStart, end: offset };
  }

  /** What is known of what stands at an offset. */
  explain(offset: number): { suggestion: Suggestion; start: number; end: number } | undefined {
    const cursor = cursorForHover(this.#text, offset);
    if (!cursor) return undefined;
    const { block, place, wordStart: start, wordEnd: end } = cursor;
    const found = block.kind === "qa-step" ? inStatements(place) : inMetadata(block.kind, place);
    const last = place.at(-1);
    const name = last && "key" in last && last.atKey ? last.key : this.#text.slice(start, end);
    const suggestion = found.find((each) => each.name === name);
    return suggestion && { suggestion, start, end };
  }

  /** The names that the front matter declares below a key, whatever is being typed in a block. */
  #declared({ name, kind }: Suggestion, { start, end }: Block): Suggestion[] {
    const parsed = this.#parse(`${this.#text.slice(0, start)}- holdModel\n${this.#text.slice(end)}`);
    if (parsed.kind !== "scenario" || !parsed.scenario) return [];
    const { properties = {} } = rootShapes(parsed.scenario)[name] ?? {};
    return Object.keys(properties).map((declared) => ({ name: declared, kind }));
  }

  /** The text with the path that is being typed taken out: half a path is an error. */
  #closed(offset: number): string {
    const before = this.#text.slice(0, this.#text.lastIndexOf("${", offset - 1));
    return before + this.#text.slice(offset).replace(/^[\p{ID_Continue}$.[\]-]*\}?/u, "");
  }

  #parse(text = this.#text) {
    const { repoRoot } = this.#around;
    return parseScenarioFile(new SourceFile("", this.#path, text), packAround(this.#path, repoRoot));
  }
}
