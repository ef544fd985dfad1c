import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";
import { makeTrimmedCopy } from "./trimmed-plugins.ts";

test("keeps the plugins every turn needs; they share the package's own modules, also after a move", async () => {
  const folder = await mkdtemp(join(tmpdir(), "gateway-qa-trim-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const packageRoot = join(folder, "before", "node_modules", "openclaw");
  for (const plugin of ["memory-core", "speech-core", "some-provider"]) {
    const root = join(packageRoot, "dist", "extensions", plugin);
    await mkdir(root, { recursive: true });
    await writeFile(join(root, "index.js"), `export { state } from "../../state.js";\n`);
  }
  await writeFile(join(packageRoot, "package.json"), `{ "name": "openclaw", "type": "module" }`);
  await writeFile(join(packageRoot, "dist", "state.js"), "export const state = {};\n");

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
