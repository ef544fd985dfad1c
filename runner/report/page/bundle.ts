import { join } from "node:path";
import { ROOT } from "../../base/places.js";

/** Relative to the checkout. */
const APP = "runner/report/page/app";

/**
 * Bundles the page's program. Writes nothing.
 * @returns `inputs` are the files that went in, relative to the checkout
 * @throws esbuild's error
 */
export async function bundlePage(): Promise<{ script: string; style: string; inputs: string[] }> {
  const esbuild = await import("esbuild");
  const { outputFiles, metafile } = await esbuild.build({
    absWorkingDir: ROOT,
    entryPoints: [`${APP}/main.tsx`],
    outdir: join(ROOT, APP),
    bundle: true,
    format: "iife",
    platform: "browser",
    // Browsers of the last three years.
    target: ["chrome111", "firefox113", "safari16.4"],
    charset: "ascii",
    jsx: "automatic",
    jsxImportSource: "preact",
    minify: true,
    legalComments: "none",
    metafile: true,
    write: false,
    logLevel: "silent",
  });
  const textOf = (end: string) => outputFiles.find(({ path }) => path.endsWith(end))?.text ?? "";
  return { script: textOf(".js"), style: textOf(".css"), inputs: Object.keys(metafile.inputs) };
}
