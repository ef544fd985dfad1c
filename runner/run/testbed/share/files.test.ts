import { mkdir, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { Teardown } from "../../../base/teardown.ts";
import { makeTempFolder } from "../../../base/temp-folder.ts";
import { isReadAnew, putFilesBack, seeFiles } from "./files.ts";

async function folder(): Promise<string> {
  const teardown = new Teardown();
  onTestFinished(async () => {
    await teardown.run(5_000);
  });
  return realpath(await makeTempFolder({ kind: "share", teardown }));
}

/** A gateway's folder with a skill and a link, and one elsewhere that is nobody's business. */
async function places() {
  const [tempRoot, elsewhere] = [await folder(), await folder()];
  await mkdir(join(tempRoot, "workspace/skills/one"), { recursive: true });
  await writeFile(join(tempRoot, "workspace/skills/one/SKILL.md"), "one", { mode: 0o640 });
  await symlink(tmpdir(), join(tempRoot, "workspace/repo"));
  await mkdir(join(elsewhere, "one"));
  await writeFile(join(elsewhere, "one/SKILL.md"), "theirs");
  return { tempRoot, elsewhere };
}

/** Names of what is not as it was. */
async function changed(tempRoot: string, was: Awaited<ReturnType<typeof seeFiles>>): Promise<string[]> {
  const now = await seeFiles({ tempRoot });
  const names = new Set([...was.keys(), ...now.keys()]);
  return [...names].filter((name) => was.get(name)?.print !== now.get(name)?.print);
}

test("files, links and folders come back as they were, and what is new goes", async () => {
  const { tempRoot } = await places();
  const was = await seeFiles({ tempRoot }, true);
  await writeFile(join(tempRoot, "workspace/skills/one/SKILL.md"), "two");
  await rm(join(tempRoot, "workspace/repo"));
  await mkdir(join(tempRoot, "workspace/new/empty"), { recursive: true });
  const names = await changed(tempRoot, was);
  expect(names.sort()).toEqual([
    ...["workspace/new", "workspace/new/empty", "workspace/repo", "workspace/skills/one/SKILL.md"],
  ]);
  await putFilesBack({ tempRoot }, names, was);
  expect(await changed(tempRoot, was)).toEqual([]);
});

test("a link in a folder's place is removed, and nothing behind it", async () => {
  const { tempRoot, elsewhere } = await places();
  const was = await seeFiles({ tempRoot }, true);
  await rm(join(tempRoot, "workspace/skills"), { recursive: true });
  await symlink(elsewhere, join(tempRoot, "workspace/skills"));
  await putFilesBack({ tempRoot }, await changed(tempRoot, was), was);
  expect(await changed(tempRoot, was)).toEqual([]);
  expect(await readFile(join(elsewhere, "one/SKILL.md"), "utf8")).toBe("theirs");
});

test("a link in the place of the whole workspace cannot be put back, and nothing behind it is touched", async () => {
  const { tempRoot, elsewhere } = await places();
  const was = await seeFiles({ tempRoot }, true);
  await rm(join(tempRoot, "workspace"), { recursive: true });
  await mkdir(join(elsewhere, "skills"));
  await symlink(elsewhere, join(tempRoot, "workspace"));
  const names = await changed(tempRoot, was);
  expect(names.filter((name) => !isReadAnew(name))).toEqual(["workspace"]);
  await expect(putFilesBack({ tempRoot }, names.filter(isReadAnew), was)).rejects.toThrow("leads out of");
  expect(await readFile(join(elsewhere, "one/SKILL.md"), "utf8")).toBe("theirs");
});

test.each([
  ["workspace/notes.md", true],
  ["workspace/MEMORY.md", false],
  ["workspace/memory", false],
  ["workspace/memory/2026-12-01.md", false],
  ["workspace", false],
  ["state/skills/one/SKILL.md", true],
  ["state/agents/qa/sessions/sessions.json", true],
  ["state/agents/qa/agent/auth-profiles.json", false],
])("%s is put back: %s", (name, isPutBack) => {
  expect(isReadAnew(name)).toBe(isPutBack);
});
