import { existsSync, readFileSync } from "node:fs";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import type { Plugin } from "esbuild";
import { replaceFile, replaceJsonFile } from "../../../base/files.ts";
import { areUnchanged, type BuildInput, buildInput } from "../../../base/inputs.ts";

const ROOT = resolve(import.meta.dirname, "../../../..");
const CHILD = join(ROOT, "runner/run/attempt/child");
const UNBUILT = join(CHILD, "unbuilt.cjs");
const FOLDER = join(ROOT, "node_modules/.cache/gateway-qa");
/** Loads the program, which lies beside it. */
const START = join(FOLDER, "start.cjs");
const PROGRAM = join(FOLDER, "attempt.cjs");
/** What V8 has compiled of it. */
const COMPILED = join(FOLDER, "attempt");
const RECORD = join(FOLDER, "attempt.json");

/** What runs in the contexts of flows is read as a text. */
const REALM = join(ROOT, "runner/flow/run/realm");
const INSIDE = ["fix.js", "inside.js"].map((file) => join(REALM, file));
const READS_INSIDE = /readFileSync\(new URL\("(\w+\.js)", import\.meta\.url\), "utf8"\)/g;

/** What is preloaded into Node, a recorder or a loader, is meant for the modules of the source. */
const PRELOADS = /--(?:import|require|loader|experimental-loader)\b/;

/**
 * The program of an attempt's process in one file: to load its hundred modules one by one takes longer than all else in
 * its start. Built when a source has changed since.
 * @returns path of what Node is to run; of the source where it cannot be built, as in an installation that cannot be written to
 */
export async function attemptProgram(): Promise<string> {
  if (PRELOADS.test(process.env.NODE_OPTIONS ?? "")) return UNBUILT;
  try {
    if (!isFresh()) await build();
    return START;
  } catch {
    return UNBUILT;
  }
}

function isFresh(): boolean {
  if (![START, PROGRAM, RECORD].every((file) => existsSync(file))) return false;
  const { inputs } = JSON.parse(readFileSync(RECORD, "utf8")) as { inputs: BuildInput[] };
  return areUnchanged(ROOT, inputs);
}

async function build(): Promise<void> {
  const esbuild = await import("esbuild");
  const { outputFiles, metafile } = await esbuild.build({
    absWorkingDir: ROOT,
    entryPoints: [join(CHILD, "attempt.ts"), join(CHILD, "start.ts")],
    outdir: FOLDER,
    outExtension: { ".js": ".cjs" },
    bundle: true,
    // An ES module that imports one of Node's loads all that this would load lazily, streams first of all.
    format: "cjs",
    // Before all else, or it would not count: in sloppy code an expression's getter could find its caller.
    banner: { js: '"use strict"; const $url = require("node:url").pathToFileURL(__filename).href;' },
    define: { "import.meta.url": "$url", "import.meta.dirname": "__dirname" },
    platform: "node",
    target: "node24",
    // Hardly a scenario needs it.
    external: ["@modelcontextprotocol/client", "@modelcontextprotocol/client/*"],
    plugins: [insideAsText],
    metafile: true,
    write: false,
    logLevel: "silent",
  });
  const inputs = [
    ...Object.keys(metafile.inputs),
    ...[...INSIDE, import.meta.filename].map((path) => relative(ROOT, path)),
  ].map((path) => buildInput(ROOT, path));
  await mkdir(FOLDER, { recursive: true });
  await rm(COMPILED, { recursive: true, force: true });
  for (const { path, text } of outputFiles) await replaceFile(path, text);
  await replaceJsonFile(RECORD, { inputs });
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
