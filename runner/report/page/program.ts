import { existsSync, readFileSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { replaceJsonFile } from "../../base/files.ts";
import { areUnchanged, type BuildInput, buildInput } from "../../base/inputs.ts";
import { BUILT, CACHE, ROOT } from "../../base/places.js";

/** What the page runs in a browser. */
export interface PageProgram {
  script: string;
  style: string;
}

const RECORD = join(CACHE, "page.json");

/**
 * The page's program in one script and one style: of the package, or built from the checkout's source when that has changed.
 * @throws esbuild's error
 */
export async function pageProgram(): Promise<PageProgram> {
  if (BUILT) {
    const [script, style] = await Promise.all([
      readFile(BUILT.page.script, "utf8"),
      readFile(BUILT.page.style, "utf8"),
    ]);
    return { script, style };
  }
  return kept() ?? build();
}

interface Kept extends PageProgram {
  inputs: BuildInput[];
}

function kept(): PageProgram | undefined {
  if (!existsSync(RECORD)) return undefined;
  const { inputs, ...program } = JSON.parse(readFileSync(RECORD, "utf8")) as Kept;
  return areUnchanged(ROOT, inputs) ? program : undefined;
}

async function build(): Promise<PageProgram> {
  const { bundlePage } = await import("./bundle.ts");
  const { script, style, inputs: files } = await bundlePage();
  const inputs = [...files, relative(ROOT, import.meta.filename)].map((path) => buildInput(ROOT, path));
  try {
    await mkdir(CACHE, { recursive: true });
    await replaceJsonFile(RECORD, { inputs, script, style } satisfies Kept);
  } catch {
    // A checkout that cannot be written to builds it each time.
  }
  return { script, style };
}
