import { hash } from "node:crypto";
import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { readKept, writeKept } from "../../base/kept-file.ts";
import { CACHE } from "../../base/places.js";
import { toolId } from "../../base/tool-id.ts";
import type { ParsedFile } from "../parse.ts";
import { type Diagnostic, SourceRange } from "../source/diagnostic.ts";
import type { SourceFile } from "../source/source.ts";
import type { NamedFolder } from "../surroundings.ts";
import type { Pack, Scenario } from "../types.ts";

/** A range as numbers: where it starts and ends. */
type Mark = [line: number, column: number, endLine: number, endColumn: number];

/** Without the file's name, which depends on where one stands. */
type KeptDiagnostic = Omit<Diagnostic, "file">;

type Facts = Omit<Scenario, "file" | "pack" | "flow" | "checked" | "permissions" | "at">;

/** What is kept of a file: all that a catalog says of it, and what its flow's check found. */
type KeptParsed =
  | { kind: "other" }
  | (Omit<Extract<ParsedFile, { kind: "pack-index" }>, "diagnostics"> & { diagnostics: KeptDiagnostic[] })
  | {
      kind: "scenario";
      id?: string | undefined;
      diagnostics: KeptDiagnostic[];
      folders: { key: NamedFolder["key"]; written: string; at: Mark }[];
      scenario?: Facts & {
        permissions: Scenario["meta"]["permissions"];
        /** By path; the root is always there. */
        marks: Record<string, Mark>;
        checked?: KeptDiagnostic[];
      };
    };

interface KeptRecord {
  /** Of everything that the rest follows from. */
  key: string;
  parsed: KeptParsed;
}

/** What a catalog asks the place of. */
const REFERENCES = ["docsRefs", "codeRefs"] as const;

/**
 * What was found in scenario files before, by their content and the tool's version. Commands that run no scenario need
 * neither a parser nor a compiler for a file that is as it was. A scenario that comes from here has no flow.
 */
export class KeptFiles {
  readonly #reads: "metadata" | "flows";
  readonly #folder: string;
  readonly #stores = new Map<string, Store>();
  readonly #fresh: { file: SourceFile; pack: Pack; parsed: ParsedFile }[] = [];

  /**
   * @param reads what is read of a file: metadata alone, or its flow as well
   * @param folder absolute; where it is kept
   */
  constructor(reads: "metadata" | "flows", folder: string = join(CACHE, "scenarios")) {
    this.#reads = reads;
    this.#folder = folder;
  }

  /** What the file was found to be, if that is known. */
  find(file: SourceFile, pack: Pack): ParsedFile | undefined {
    const kept = this.#store(pack).records.get(nameIn(pack, file));
    return kept?.key === this.#keyOf(file, pack) ? revived(kept.parsed, file, pack) : undefined;
  }

  /** Adds what has been parsed now. */
  add(file: SourceFile, pack: Pack, parsed: ParsedFile): void {
    this.#fresh.push({ file, pack, parsed });
  }

  /**
   * Keeps what has been added. Where it cannot be written, it is found out again the next time.
   * @param checked what is wrong with the flows, by the path of their file; a scenario that is missing here is not kept
   */
  save(checked?: ReadonlyMap<string, readonly Diagnostic[]>): void {
    const changed = new Set<Store>();
    for (const { file, pack, parsed } of this.#fresh) {
      const flow = checked?.get(file.path);
      if (this.#reads === "flows" && parsed.kind === "scenario" && parsed.scenario && !flow) continue;
      const store = this.#store(pack);
      store.records.set(nameIn(pack, file), { key: this.#keyOf(file, pack), parsed: plain(parsed, flow) });
      changed.add(store);
    }
    this.#fresh.length = 0;
    for (const store of changed) store.save();
  }

  #store({ root }: Pack): Store {
    const known =
      this.#stores.get(root) ??
      new Store(root, join(this.#folder, `${hash("sha256", `${this.#reads} ${root}`).slice(0, 24)}.json`));
    this.#stores.set(root, known);
    return known;
  }

  #keyOf(file: SourceFile, pack: Pack): string {
    const { name, foreign, brief, trusted, builtin } = pack;
    const about = [toolId(), this.#reads, nameIn(pack, file), name, foreign, brief, trusted, builtin];
    return hash("sha256", `${JSON.stringify(about)}\0${file.text}`);
  }
}

/** The records of one pack, by their files' names in it. */
class Store {
  readonly records: Map<string, KeptRecord>;
  readonly #root: string;
  readonly #path: string;

  constructor(root: string, path: string) {
    this.#root = root;
    this.#path = path;
    this.records = new Map(this.#read());
  }

  /** Files that are gone do not stay. */
  save(): void {
    const present = [...this.records].filter(([name]) => existsSync(join(this.#root, name)));
    writeKept(this.#path, Buffer.from(JSON.stringify(present)));
  }

  #read(): [string, KeptRecord][] {
    const content = readKept(this.#path);
    return content ? (JSON.parse(content.toString("utf8")) as [string, KeptRecord][]) : [];
  }
}

function nameIn(pack: Pack, file: SourceFile): string {
  return relative(pack.root, file.path);
}

function plain(parsed: ParsedFile, checked: readonly Diagnostic[] | undefined): KeptParsed {
  if (parsed.kind === "other") return parsed;
  const diagnostics = parsed.diagnostics.map(withoutFile);
  if (parsed.kind === "pack-index") return { ...parsed, diagnostics };
  const folders = parsed.folders.map(({ key, written, range }) => ({ key, written, at: markOf(range) }));
  const { kind, id, scenario } = parsed;
  if (!scenario) return { kind, id, diagnostics, folders };
  const { file: _file, pack: _pack, flow: _flow, at, permissions, ...facts } = scenario;
  const paths = REFERENCES.flatMap((list) => (facts.meta[list] ?? []).map((_, index) => [list, index]));
  return {
    ...{ kind, id, diagnostics, folders },
    scenario: {
      ...facts,
      permissions: [...permissions],
      marks: Object.fromEntries([[], ["id"], ...paths].map((path) => [path.join(), markOf(at(path))])),
      checked: checked?.map(withoutFile),
    },
  };
}

function revived(kept: KeptParsed, file: SourceFile, pack: Pack): ParsedFile {
  if (kept.kind === "other") return kept;
  const named = (diagnostic: KeptDiagnostic) => ({ file: file.name, ...diagnostic });
  const diagnostics = kept.diagnostics.map(named);
  if (kept.kind === "pack-index") return { ...kept, diagnostics };
  const folders = kept.folders.map(({ key, written, at }) => ({ key, written, range: rangeOf(file, at) }));
  const { kind, id, scenario } = kept;
  if (!scenario) return { kind, id, diagnostics, folders, scenario: undefined };
  const { marks, checked, permissions, ...facts } = scenario;
  return {
    ...{ kind, id, diagnostics, folders },
    scenario: {
      ...facts,
      file,
      pack,
      flow: undefined,
      checked: checked?.map(named),
      permissions: new Set(permissions),
      at: (path) => rangeOf(file, marks[path.join()] ?? marks[""] ?? [1, 1, 1, 1]),
    },
  };
}

function withoutFile({ file: _file, ...diagnostic }: Diagnostic): KeptDiagnostic {
  return diagnostic;
}

function markOf({ start, end }: SourceRange): Mark {
  return [start.line, start.column, end.line, end.column];
}

function rangeOf(file: SourceFile, [line, column, endLine, endColumn]: Mark): SourceRange {
  const places = [
    { line, column },
    { line: endLine, column: endColumn },
  ] as const;
  return new SourceRange(file, (index) => places[index === 0 ? 0 : 1], 0, 1);
}
