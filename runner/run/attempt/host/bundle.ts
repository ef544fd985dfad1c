import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { BuildOptions, BuildResult, Plugin } from "esbuild";
import { ROOT } from "../../../base/places.js";

const CHILD = join(ROOT, "runner/run/attempt/child");

/** What runs in the contexts of flows is read as a text. */
const REALM = join(ROOT, "runner/flow/run/realm");
/** Files that the bundle holds as texts, absolute. */
export const INSIDE = ["fix.js", "inside.js"].map((file) => join(REALM, file));
const READS_INSIDE = /readFileSync\(new URL\("(\w+\.js)", import\.meta\.url\), "utf8"\)/g;

/** What decides where a bundle is to run. */
export type Surroundings = Required<Pick<BuildOptions, "outdir" | "external" | "plugins" | "target">> &
  Pick<BuildOptions, "define" | "minifySyntax" | "minifyWhitespace">;

/**
 * Puts the program of an attempt's process into `attempt.cjs`, and its start into `start.cjs`. Writes nothing.
 * @throws esbuild's error
 */
export async function bundleAttempt({
  plugins,
  define,
  ...surroundings
}: Surroundings): Promise<BuildResult<{ metafile: true; write: false }>> {
  const esbuild = await import("esbuild");
  return esbuild.build({
    ...surroundings,
    absWorkingDir: ROOT,
    entryPoints: [join(CHILD, "attempt.ts"), join(CHILD, "start.ts")],
    outExtension: { ".js": ".cjs" },
    bundle: true,
    // An ES module that imports one of Node's loads all that this would load lazily, streams first of all.
    format: "cjs",
    // Before all else, or it would not count: in sloppy code an expression's getter could find its caller.
    banner: { js: '"use strict"; const $url = require("node:url").pathToFileURL(__filename).href;' },
    define: { ...define, "import.meta.url": "$url", "import.meta.dirname": "__dirname" },
    platform: "node",
    plugins: [...plugins, insideAsText],
    metafile: true,
    write: false,
    logLevel: "silent",
  });
}

const insideAsText: Plugin = {
  name: "inside-as-text",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]realm[\\/]inside\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      const contents = source.replace(READS_INSIDE, (_reads, file: string) =>
        JSON.stringify(readFileSync(join(REALM, file), "utf8")),
      );
      if (contents.includes("readFileSync(")) throw new Error(`${path} reads its program in another way`);
      return { contents, loader: "ts" };
    });
  },
};
