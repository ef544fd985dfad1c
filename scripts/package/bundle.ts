import { createHash } from "node:crypto";
import { cp, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { type BuildOptions, build, type Metafile, type Plugin } from "esbuild";
import { toCommonJs } from "../../fixtures/gateway/build/commonjs.ts";
import { PROGRAMS, ROOT } from "../../runner/base/places.js";
import { bundlePage } from "../../runner/report/page/bundle.ts";
import { bundleAttempt } from "../../runner/run/attempt/host/bundle.ts";
import { OLDEST_NODE } from "./manifest.ts";

/** Stands for the build's id while its hash is not known. */
const PLACEHOLDER = "@build-id@";
const TARGET = "node22";
const MCP_CLIENT = "runner/actions/upstream/mcp-client.ts";
const MCP_CLIENT_BUNDLE = "./mcp-client.js";
/** What a chunk of CommonJS needs before all else. */
const COMMON_JS = `"use strict";const $url=require("node:url").pathToFileURL(__filename).href;`;

const DEFINE = {
  BUILD_ID: JSON.stringify(PLACEHOLDER),
  OLDEST_NODE: JSON.stringify(OLDEST_NODE),
};

/**
 * Bundles the runner with all packages that it needs, and the programs that it starts by their paths.
 * @param dist absolute folder; holds the packed gateway
 * @param gateway hash of that
 * @returns `inputs` are the files that went in, relative to the checkout
 */
export async function bundleProgram(
  dist: string,
  gateway: string,
): Promise<{ buildId: string; inputs: string[] }> {
  const { main, registryServer, reporterHost, serviceManager, supervisor, ...plain } = PROGRAMS;
  const common = {
    absWorkingDir: ROOT,
    outdir: dist,
    bundle: true,
    format: "esm",
    platform: "node",
    target: TARGET,
    minifySyntax: true,
    minifyWhitespace: true,
    metafile: true,
    write: false,
    logLevel: "error",
    define: DEFINE,
    // What packages written as CommonJS ask for at run time.
    banner: {
      js: `import{createRequire as $create}from"node:module";const require=$create(import.meta.url),{filename:__filename,dirname:__dirname}=import.meta;`,
    },
    plugins: [packagedPlaces, bundledChecks],
    external: ["esbuild", "verdaccio"],
  } satisfies BuildOptions;
  const runner = await build({
    ...common,
    entryPoints: {
      main,
      "registry-server": registryServer,
      "reporter-host": reporterHost,
      manager: serviceManager,
      supervise: supervisor,
    },
    plugins: [...common.plugins, programApart],
    splitting: true,
    chunkNames: "[name]-[hash]",
  });
  const program = await build({
    ...common,
    entryPoints: ["runner/cli/program.ts"],
    outExtension: { ".js": ".cjs" },
    plugins: [...common.plugins, mcpClientApart],
    splitting: true,
    chunkNames: "[name]-[hash]",
    define: { ...DEFINE, "import.meta.url": "$url" },
    banner: {},
  });
  const client = await build({ ...common, entryPoints: { "mcp-client": MCP_CLIENT } });
  const attempt = await bundleAttempt({
    outdir: dist,
    external: [],
    plugins: [packagedPlaces, bundledChecks, mcpClientApart],
    target: TARGET,
    define: DEFINE,
    minifySyntax: true,
    minifyWhitespace: true,
  });
  const page = await bundlePage();
  for (const program of Object.values(plain)) await cp(program, join(dist, basename(program)));
  const outputs: { path: string; text: string }[] = [runner, client, attempt].flatMap(
    ({ outputFiles }) => outputFiles,
  );
  for (const { path, text } of program.outputFiles) {
    outputs.push({ path, text: COMMON_JS + (await toCommonJs(text, TARGET, [MCP_CLIENT_BUNDLE])) });
  }
  const hash = createHash("sha256").update(gateway);
  for (const { path, text } of outputs) hash.update(`${basename(path)}\0${text}`);
  hash.update(page.script).update(page.style);
  const buildId = hash.digest("hex").slice(0, 16);
  for (const { path, text } of outputs) await writeFile(path, text.replaceAll(PLACEHOLDER, buildId));
  await writeFile(join(dist, "page.js"), page.script);
  await writeFile(join(dist, "page.css"), page.style);
  const bundles = [runner, program, client, attempt].flatMap(({ metafile }) => inputsOf(metafile));
  const inputs = [...bundles, ...page.inputs];
  return { buildId, inputs: [...new Set(inputs)].sort() };
}

/** Only what is in the output: types and unused exports pull in files that are not. */
function inputsOf({ outputs }: Metafile): string[] {
  return Object.values(outputs).flatMap((output) => Object.keys(output.inputs));
}

const packagedPlaces: Plugin = {
  name: "packaged-places",
  setup({ onResolve, resolve }) {
    onResolve({ filter: /[\\/]base[\\/]places\.js$|^\.\/places\.js$/ }, ({ path, ...from }) =>
      resolve(path.replace("places.js", "places-packaged.js"), from),
    );
  },
};

/** Generated checks require their helpers by a `require` of their own, which a bundler does not follow. */
const bundledChecks: Plugin = {
  name: "bundled-checks",
  setup({ onLoad }) {
    onLoad({ filter: /validators\.generated\.js$/ }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      const contents = source.replace(/^import \{ createRequire \}.*\nconst require = .*\n/m, "");
      if (contents === source) throw new Error(`${path} requires its helpers in another way`);
      return { contents, loader: "js" };
    });
  },
};

/** The program of the command line is loaded in a way of its own. */
const programApart: Plugin = {
  name: "program-apart",
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/program\.ts$/ }, ({ resolveDir }) => ({
      path: join(resolveDir, "program-packaged.ts"),
    }));
  },
};

/** What hardly a scenario needs stays beside the programs, once. */
const mcpClientApart: Plugin = {
  name: "mcp-client-apart",
  setup({ onResolve }) {
    onResolve({ filter: /[\\/]mcp-client\.ts$/ }, () => ({ path: MCP_CLIENT_BUNDLE, external: true }));
  },
};
