import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { Teardown } from "../../base/teardown.ts";
import { quietFolder } from "./plugin-copy.ts";

async function repository(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "gateway-qa-test-")));
  onTestFinished(() => rm(folder, { recursive: true }));
  const files = [
    "package.json",
    "src/index.ts",
    ".git/HEAD",
    "node_modules/dep/index.js",
    "out/reports/one/a",
  ];
  for (const file of files) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), file);
  }
  return folder;
}

test("a plugin whose folder the run writes into is loaded from a copy without what is written", async () => {
  const folder = await repository();
  const teardown = new Teardown();
  const copy = await quietFolder(folder, join(folder, "out/reports/one"), teardown);
  expect((await readdir(copy)).sort()).toEqual(["node_modules", "package.json", "src"]);
  expect(await readFile(join(copy, "src/index.ts"), "utf8")).toBe("src/index.ts");
  expect(await realpath(join(copy, "node_modules/dep"))).toBe(join(folder, "node_modules/dep"));
  await teardown.run(5_000);
  expect((await readdir(folder)).sort()).toContain("node_modules");
  await expect(readdir(copy)).rejects.toThrow("ENOENT");
});

test("any other is loaded from where it lies", async () => {
  const folder = await repository();
  const teardown = new Teardown();
  expect(await quietFolder(join(folder, "src"), join(folder, "out"), teardown)).toBe(join(folder, "src"));
  expect(await quietFolder(folder, folder, teardown)).toBe(folder);
});
