import { type Dirent, readdirSync, realpathSync, type Stats, statSync } from "node:fs";
import { extname, join } from "node:path";
import { displayPath, isWithin } from "../../base/paths.ts";
import { atOffset, type Diagnostic, type DiagnosticText, diagnosticAt } from "../source/diagnostic.ts";
import { unreadable } from "../source/read-source.ts";
import { SourceFile } from "../source/source.ts";

/** What a folder holds. */
export interface FoundFiles {
  /** Absolute paths of files that may be scenarios, an index or a script, sorted; each file once. */
  files: string[];
  /** What was left out although it may hold some, with the reason. */
  leftOut: { file: SourceFile; diagnostic: Diagnostic }[];
}

const EXTENSIONS = new Set([".md", ".yaml", ".yml"]);

/**
 * Finds files below a folder that may be scenarios or a pack index. Dotfiles, node_modules and README.md (documentation,
 * which may show scenarios) are left out. Links are followed, but nothing is found twice: a file counts where it really
 * lies, if that is below the folder, and else at the first link to it, and a link to a folder above is not
 * followed.
 * @param folder absolute
 * @param cwd shown paths are relative to it
 */
export function findScenarioFiles(folder: string, cwd: string): FoundFiles {
  return new Finder(folder, cwd).find();
}

class Finder implements FoundFiles {
  readonly files: string[] = [];
  readonly leftOut: FoundFiles["leftOut"] = [];
  readonly #root: string;
  readonly #cwd: string;
  /** Where each file and folder was found, by its real path. */
  readonly #seen = new Map<string, string>();
  /** Links that were met and not followed yet. */
  #links: string[] = [];

  constructor(root: string, cwd: string) {
    this.#root = root;
    this.#cwd = cwd;
  }

  find(): FoundFiles {
    this.#follow(this.#root);
    // What lies in the folder itself comes first, so that a link to it is the one that is left out.
    while (this.#links.length > 0) {
      const links = this.#links.sort();
      this.#links = [];
      for (const link of links) this.#follow(link);
    }
    this.files.sort();
    return this;
  }

  #follow(link: string): void {
    const target = this.#attempt(link, () => ({ real: realpathSync(link), stats: statSync(link) }));
    if (target) this.#take(link, target.real, target.stats);
  }

  /** @param real the path without links */
  #take(path: string, real: string, entry: Dirent | Stats): void {
    if (!entry.isDirectory() && !isCandidate(path)) return;
    const seen = this.#seen.get(real);
    if (seen !== undefined) {
      this.#leaveOut(path, "warning", alreadyRead(displayPath(seen, this.#cwd)));
      return;
    }
    if (entry.isDirectory() && this.#holdsRoot(real)) {
      this.#leaveOut(path, "warning", aboveRoot);
      return;
    }
    this.#seen.set(real, path);
    if (entry.isDirectory()) this.#enter(path, real);
    else if (entry.isFile()) this.files.push(path);
    else this.#leaveOut(path, "error", unreadable("it is a pipe, a device or a socket"));
  }

  #enter(path: string, real: string): void {
    for (const entry of this.#attempt(path, () => readdirSync(real, { withFileTypes: true })) ?? []) {
      const { name } = entry;
      if (name.startsWith(".") || name === "node_modules") continue;
      if (entry.isSymbolicLink()) this.#links.push(join(path, name));
      else this.#take(join(path, name), join(real, name), entry);
    }
  }

  /** A link to a folder above would take in everything that lies beside the pack, up to the whole machine. */
  #holdsRoot(real: string): boolean {
    const [root] = this.#seen.keys();
    return root !== undefined && isWithin(root, real);
  }

  /** A link to nowhere that is not named like a scenario may be anything, so that it is not worth an error. */
  #attempt<Result>(path: string, look: () => Result): Result | undefined {
    try {
      return look();
    } catch (error) {
      const isLost = error instanceof Error && "code" in error && error.code === "ENOENT";
      if (isLost) this.#leaveOut(path, isCandidate(path) ? "error" : "warning", lost);
      else this.#leaveOut(path, "error", unreadable(error));
      return undefined;
    }
  }

  #leaveOut(path: string, severity: "error" | "warning", text: DiagnosticText): void {
    const file = new SourceFile(displayPath(path, this.#cwd), path, "");
    this.leftOut.push({ file, diagnostic: diagnosticAt(atOffset(file, 0), severity, text) });
  }
}

function isCandidate(path: string): boolean {
  return EXTENSIONS.has(extname(path).toLowerCase()) && !/(?:^|[\\/])readme\.md$/i.test(path);
}

function alreadyRead(place: string): DiagnosticText {
  return {
    code: "link-left-out",
    message: `this is \`${place}\` again, which is read there and counts once`,
    hint: "Remove the link that leads here, if it is not meant.",
  };
}

const aboveRoot: DiagnosticText = {
  code: "link-left-out",
  message: "this link leads to a folder that holds the pack itself, and is not followed",
  hint: "Link to the folders with scenarios that are meant.",
};

const lost: DiagnosticText = {
  code: "link-left-out",
  message: "this link leads nowhere",
  hint: "Correct where it leads, or remove it.",
};
