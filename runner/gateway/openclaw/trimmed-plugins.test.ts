import { mkdir, mkdtemp, readdir, realpath, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";
import { requireBundled } from "./bundled.ts";
import { stagedPlugins } from "./staged-plugins.ts";
import { makeTrimmedCopy } from "./trimmed-plugins.ts";

test("keeps the plugins every turn needs; they share the package's own modules, also after a move", async () => {
  const folder = await tempFolder();
  const packageRoot = await installed(join(folder, "before"));

  await makeTrimmedCopy(packageRoot, join(folder, "before", "trimmed"));
  await rename(join(folder, "before"), join(folder, "after"));

  const dist = join(folder, "after", "trimmed", "dist");
  expect((await readdir(join(dist, "extensions"))).sort()).toEqual(["memory-core", "speech-core"]);
  const [own, shared] = [
    join(dist, "extensions", "memory-core", "index.js"),
    join(folder, "after", "node_modules", "openclaw", "dist", "state.js"),
  ].map((path) => JSON.stringify(pathToFileURL(path).href));
  const script = `const a = await import(${own}); const b = await import(${shared}); console.log(a.state === b.state);`;
  const { stdout } = await execa(process.execPath, ["--input-type=module", "--eval", script]);
  expect(stdout).toBe("true");
});

test("upstream's scenarios have more plugins, which find the packages that were installed with the release", async () => {
  const root = await tempFolder();
  const packageRoot = await installed(root);
  const release = {
    ...{ version: "2026.4.26", root, packageRoot, buildId: undefined, nodeRange: "*", node: undefined },
    ...{ trimmedPluginsDir: join(root, "trimmed"), installedAt: new Date(), lastUsedAt: new Date() },
  };
  const { signal } = new AbortController();
  const [env, again] = await Promise.all([stagedPlugins(release, signal), stagedPlugins(release, signal)]);
  const searched = (await readdir(join(root, "stage"))).sort();
  expect(searched).toEqual([
    expect.stringMatching(/^openclaw-2026\.4\.26-[0-9a-f]{12}$/),
    expect.stringMatching(/^openclaw-upstream-[0-9a-f]{12}$/),
  ]);
  const copy = join(root, "stage", searched[1] ?? "");
  expect(env).toEqual({
    OPENCLAW_BUNDLED_PLUGINS_DIR: join(copy, "dist", "extensions"),
    OPENCLAW_PLUGIN_STAGE_DIR: `${join(root, "stage")}:~/plugin-stage`,
  });
  expect(again).toEqual(env);
  expect((await readdir(join(copy, "dist", "extensions"))).sort()).toEqual([
    "memory-core",
    "openai",
    "speech-core",
  ]);
  const modules = await realpath(join(root, "node_modules"));
  for (const name of searched) {
    expect(await realpath(join(root, "stage", name, "node_modules"))).toBe(modules);
  }
  expect(await stagedPlugins({ ...release, trimmedPluginsDir: undefined }, signal)).toEqual({});

  await requireBundled(["openai"], { env }, release);
  await expect(requireBundled(["openai", "some-provider"], { env }, release)).rejects.toThrow(
    "starts openclaw@2026.4.26 without its bundled some-provider",
  );
  await expect(requireBundled(["qa-lab"], { env: {} }, release)).rejects.toThrow("does not bundle qa-lab");
});

async function tempFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "gateway-qa-trim-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** The root of an installed package. */
async function installed(root: string): Promise<string> {
  const packageRoot = join(root, "node_modules", "openclaw");
  for (const plugin of ["memory-core", "speech-core", "openai", "some-provider"]) {
    const extension = join(packageRoot, "dist", "extensions", plugin);
    await mkdir(extension, { recursive: true });
    await writeFile(join(extension, "index.js"), `export { state } from "../../state.js";\n`);
  }
  await writeFile(join(packageRoot, "package.json"), `{ "name": "openclaw", "type": "module" }`);
  await writeFile(join(packageRoot, "dist", "state.js"), "export const state = {};\n");
  return packageRoot;
}
