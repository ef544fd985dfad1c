import { readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { constants, Script } from "node:vm";
import { readKept, writeKept } from "./kept-file.ts";

/**
 * Loads CommonJS files with what V8 compiled of them before. Node's own cache keeps what is compiled when a file is
 * loaded; this one keeps what has run since as well, without which compiling functions on their first call is a third of
 * a start. A file is compiled anew when it, Node or the processor has changed.
 */
export class CompiledCode {
  readonly #folder: string;
  readonly #modules = new Map<string, { exports: unknown }>();
  readonly #fresh = new Map<string, Script>();

  readonly #nativeImport: ((url: string) => Promise<unknown>) | undefined;

  /**
   * @param folder where it is kept, for what one kind of process runs; absolute, made when something is kept
   * @param nativeImport what the files find as `require.nativeImport`: their own `import()` works with a warning only
   */
  constructor(folder: string, nativeImport?: (url: string) => Promise<unknown>) {
    this.#folder = join(folder, `${process.version}-${process.arch}`);
    this.#nativeImport = nativeImport;
  }

  /**
   * What a file exports, as `require` has it. Files that it requires by a relative path are loaded in the same way.
   * @param file absolute
   * @throws what the file throws; Node's MODULE_NOT_FOUND
   */
  load(file: string): unknown {
    const known = this.#modules.get(file);
    if (known) return known.exports;
    const fromHere = (path: string): unknown => createRequire(file)(path);
    const code = readCode(file);
    if (code === undefined) return fromHere(file);
    const script = this.#compile(file, code);
    const module = { exports: {} };
    this.#modules.set(file, module);
    const folder = dirname(file);
    const require = (path: string) =>
      path.startsWith("./") || path.startsWith("../")
        ? this.load(join(folder, path))
        : (process.getBuiltinModule(path) ?? fromHere(path));
    const run = script.runInThisContext() as (...given: unknown[]) => void;
    const given = Object.assign(require, { nativeImport: this.#nativeImport });
    run(module.exports, given, module, file, folder);
    return module.exports;
  }

  /** Keeps what has been compiled, for the next process. What cannot be written is compiled again there. */
  keep(): void {
    for (const [path, script] of this.#fresh) {
      if (!writeKept(path, script.createCachedData())) break;
    }
    this.#fresh.clear();
  }

  #compile(file: string, { text, changedAt }: Code): Script {
    const kept = join(this.#folder, `${basename(file)}.${changedAt}`);
    const cachedData = readKept(kept);
    const script = new Script(`(function(exports,require,module,__filename,__dirname){${text}\n})`, {
      filename: file,
      importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
      ...(cachedData ? { cachedData } : {}),
    });
    if (!cachedData || script.cachedDataRejected) this.#fresh.set(kept, script);
    return script;
  }
}

interface Code {
  text: string;
  /** V8 itself tells two texts apart by their length only. */
  changedAt: number;
}

function readCode(file: string): Code | undefined {
  try {
    return { text: readFileSync(file, "utf8"), changedAt: statSync(file).mtimeMs };
  } catch {
    return undefined;
  }
}
