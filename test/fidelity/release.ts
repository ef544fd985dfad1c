import { readdirSync, readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { cacheFolder, ReleaseCache } from "../../runner/gateway/openclaw/cache.ts";

/** The releases that the embedded gateway is compared with: the one of the seeds, and the newest. */
export const RELEASES = ["2026.4.26", "2026.9.6"] as const;

const REVEAL = "?reveal";

/**
 * A published release's own code. Its functions are in chunks `dist/<base>-<hash>.js` under short export names, and
 * many are not exported at all: a chunk is imported with everything that it declares exported under its real name.
 */
export class Release {
  readonly version: string;
  /** Absolute. */
  readonly packageRoot: string;
  readonly #dist: string;
  readonly #chunks: readonly string[];
  readonly #declared = new Map<string, readonly string[]>();

  constructor(version: string, packageRoot: string) {
    this.version = version;
    this.packageRoot = packageRoot;
    this.#dist = join(packageRoot, "dist");
    this.#chunks = readdirSync(this.#dist).filter((name) => /\.m?js$/.test(name));
  }

  /**
   * What a chunk declares under this name, with all that the chunk imports loaded.
   * @param bases name of the chunk without its hash; several where releases disagree about it
   * @typeParam T what it is, which nothing checks: the release says nothing about its types
   * @throws Error when no chunk of these names declares it
   */
  async take<T>(name: string, ...bases: string[]): Promise<T> {
    const url = pathToFileURL(join(this.#dist, this.#chunkOf(name, bases)));
    const revealed: Record<string, unknown> = await import(url.href + REVEAL);
    return revealed[revealedAs(name)] as T;
  }

  /**
   * As `take`, but only from the source files of these regions of a chunk (`src/gateway/events.ts`), and without what
   * they import: for constants and small functions of chunks that bring half the release along.
   * @throws Error when no chunk of this name declares it
   */
  async takeFromRegions<T>(name: string, base: string, regions: readonly string[]): Promise<T> {
    const text = readFileSync(join(this.#dist, this.#chunkOf(name, [base])), "utf8");
    const parts = regions.map((region) => regionOf(text, region));
    const source = `${parts.join("\n")}\nexport { ${name} };`;
    const exported: Record<string, unknown> = await import(
      `data:text/javascript,${encodeURIComponent(source)}`
    );
    return exported[name] as T;
  }

  #declaredBy(chunk: string): readonly string[] {
    const known = this.#declared.get(chunk);
    if (known !== undefined) return known;
    const declared = declaredIn(readFileSync(join(this.#dist, chunk), "utf8"));
    this.#declared.set(chunk, declared);
    return declared;
  }

  #chunkOf(name: string, bases: readonly string[]): string {
    const found = this.#chunks.find(
      (chunk) => bases.some((base) => chunk.startsWith(`${base}-`)) && this.#declaredBy(chunk).includes(name),
    );
    if (found !== undefined) return found;
    throw new Error(`openclaw@${this.version} declares no ${name} in a chunk ${bases.join(" or ")}`);
  }
}

/** The release, if it is installed on this machine; otherwise the reason to skip what needs it. */
export async function findRelease(version: string): Promise<Release | string> {
  const found = await new ReleaseCache(cacheFolder(process.env)).find(version);
  if (found !== undefined) return new Release(version, found.packageRoot);
  return `openclaw@${version} is not installed here: \`pnpm qa gateway install ${version}\``;
}

function regionOf(text: string, region: string): string {
  const start = text.indexOf(`//#region ${region}\n`);
  if (start === -1) throw new Error(`the chunk has no region ${region}`);
  return text.slice(start, text.indexOf("\n//#endregion", start));
}

/** Names that the top level of a chunk declares; releases are published unminified. */
function declaredIn(text: string): string[] {
  const declarations = /^(?:async )?(?:function\*?|const|let|var|class) ([\w$]+)/gm;
  return [...text.matchAll(declarations)].flatMap(([, name = ""]) => name);
}

function revealedAs(name: string): string {
  return `revealed_${name}`;
}

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (!url.endsWith(REVEAL)) return loaded;
    const text = String(loaded.source);
    const all = declaredIn(text).map((name) => `${name} as ${revealedAs(name)}`);
    return { ...loaded, source: `${text}\nexport { ${all.join(", ")} };` };
  },
});
