import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";
import { Teardown } from "./teardown.ts";
import { makeTempFolder, sweepTempFolders } from "./temp-folder.ts";

const MODULE = new URL("temp-folder.ts", import.meta.url).href;
const TEARDOWN = new URL("teardown.ts", import.meta.url).href;

async function tempParent(): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), "temp-folder-test-"));
  onTestFinished(() => rm(parent, { recursive: true, force: true }));
  return parent;
}

/** The name of a private folder that a process has made which is gone, and removed it. */
async function nameOfTheDead(parent: string): Promise<string> {
  const code = `
    process.umask(0);
    const { makeTempFolder } = await import(${JSON.stringify(MODULE)});
    const { Teardown } = await import(${JSON.stringify(TEARDOWN)});
    const { statSync } = await import("node:fs");
    const folder = await makeTempFolder({ teardown: new Teardown() });
    process.stdout.write((statSync(folder).mode & 0o777).toString(8) + " " + folder);`;
  const { stdout } = await execa(process.execPath, ["--input-type=module", "-e", code], {
    env: { TMPDIR: parent },
  });
  expect(stdout).toMatch(/^700 /);
  return basename(stdout);
}

test("folders of processes that are gone are removed, and nothing else", async () => {
  const parent = await tempParent();
  const dead = await nameOfTheDead(parent);
  expect(await readdir(parent)).toEqual([]);
  const another = (name: string, end: string) => name.slice(0, -8) + end;
  const linked = another(dead, "00000001");
  const open = another(dead, "00000002");
  const elsewhere = dead.replace(/p(\d+)-[0-9a-f]{6}/, "p$1-000000");
  await mkdir(join(parent, dead, "state"), { recursive: true, mode: 0o700 });
  await mkdir(join(parent, "target"), { mode: 0o700 });
  await symlink(join(parent, "target"), join(parent, linked));
  await mkdir(join(parent, open));
  await chmod(join(parent, open), 0o777);
  const kept = [elsewhere, `${dead}.bak`, "gateway-qa-test-x1", "gateway-qa-kept-00000000"];
  for (const name of kept) await mkdir(join(parent, name), { mode: 0o700 });
  await writeFile(join(parent, another(dead, "00000003")), "a file");
  await sweepTempFolders(parent);
  expect(existsSync(join(parent, dead))).toBe(false);
  expect((await readdir(parent)).toSorted()).toEqual(
    [...kept, linked, open, another(dead, "00000003"), "target"].toSorted(),
  );
});

test("a folder of a process that runs stays, and is nobody else's", async () => {
  const teardown = new Teardown();
  onTestFinished(async () => void (await teardown.run(5_000)));
  const folder = await makeTempFolder({ kind: "registry", teardown });
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  await sweepTempFolders(join(folder, ".."));
  expect(existsSync(folder)).toBe(true);
  expect(await teardown.run(5_000)).toEqual([]);
  expect(existsSync(folder)).toBe(false);
});
