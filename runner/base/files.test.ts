import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { replaceFile } from "./files.ts";

test("a file is replaced, a device is written to, and nothing else is touched", async () => {
  const folder = await mkdtemp(join(tmpdir(), "qa-files-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = (name: string) => join(folder, name);
  await writeFile(path("old"), "old");
  await replaceFile(path("old"), "new");
  expect(await readFile(path("old"), "utf8")).toBe("new");

  // A link, as the tests of a user who may replace /dev/full itself must not break the machine.
  await symlink("/dev/full", path("full"));
  await expect(replaceFile(path("full"), "x")).rejects.toMatchObject({ code: "ENOSPC" });
  expect((await stat(path("full"))).isCharacterDevice()).toBe(true);

  execFileSync("mkfifo", [path("pipe")]);
  await expect(replaceFile(path("pipe"), "x")).rejects.toThrow("is no file that could be written");
  expect((await stat(path("pipe"))).isFIFO()).toBe(true);
});
