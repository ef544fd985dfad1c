import { existsSync, readFileSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join, relative } from "node:path";
import type { Plugin } from "esbuild";
import { replaceFile, replaceJsonFile } from "../../../base/files.ts";
import { areUnchanged, type BuildInput, buildInput } from "../../../base/inputs.ts";
import * as places from "../../../base/places.js";

const { BUILT, CACHE, ROOT } = places;
const UNBUILT = join(ROOT, "runner/run/attempt/child/unbuilt.cjs");
/** Loads the program, which lies beside it. */
const START = join(CACHE, "start.cjs");
const PROGRAM = join(CACHE, "attempt.cjs");
/** What V8 has compiled of it. */
const COMPILED = join(CACHE, "attempt");
const RECORD = join(CACHE, "attempt.json");

/** What is preloaded into Node, a recorder or a loader, is meant for the modules of the source. */
const PRELOADS = /--(?:import|require|loader|experimental-loader)\b/;

/**
 * The program of an attempt's process in one file: to load its hundred modules one by one takes longer than all else in
 * its start. Built when a source has changed since.
 * @returns path of what Node is to run; of the source where it cannot be built, as in a checkout that cannot be written to
 */
export async function attemptProgram(): Promise<string> {
  if (BUILT) return BUILT.attempt;
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
  const { bundleAttempt, INSIDE } = await import("./bundle.ts");
  const { outputFiles, metafile } = await bundleAttempt({
    outdir: CACHE,
    // Hardly a scenario needs it.
    external: ["@modelcontextprotocol/client", "@modelcontextprotocol/client/*"],
    plugins: [placesOfCheckout],
    target: "node24",
  });
  const inputs = [
    ...Object.keys(metafile.inputs),
    ...[...INSIDE, import.meta.filename].map((path) => relative(ROOT, path)),
  ].map((path) => buildInput(ROOT, path));
  await mkdir(CACHE, { recursive: true });
  await rm(COMPILED, { recursive: true, force: true });
  for (const { path, text } of outputFiles) await replaceFile(path, text);
  await replaceJsonFile(RECORD, { inputs });
}

/** The bundle lies elsewhere than the module that finds the places. */
const placesOfCheckout: Plugin = {
  name: "places-of-checkout",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]base[\\/]places\.js$/ }, () => ({
      contents: Object.entries(places)
        .map(([name, value]) => `export const ${name} = ${JSON.stringify(value)};`)
        .join("\n"),
    }));
  },
};
