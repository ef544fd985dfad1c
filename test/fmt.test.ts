import { chmod, lstat, readFile, stat, symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Sandbox } from "./testing/qa.ts";

const UNTIDY =
  "\uFEFF---\r\nid:   tidy-me\r\ntitle: Tidy me\r\n---\r\n# Tidy me\r\n\tProse. \r\n\r\n## A step\r\n\r\n```yaml qa-step\r\n- { say: hello,   as: alice }\r\n```\r\nend";
const TIDY =
  "\uFEFF---\r\nid: tidy-me\r\ntitle: Tidy me\r\n---\r\n# Tidy me\r\n\tProse. \r\n\r\n## A step\r\n\r\n```yaml qa-step\r\n- say: hello\r\n  as: alice\r\n```\r\nend";
const BROKEN = "# Broken\n\n## A step\n\n```yaml qa-step\n- sayy:   hello\n```\n";

test("fmt lists what it would change, changes it where it lies, and leaves files with errors to `qa check`", async () => {
  const sandbox = await Sandbox.create();
  const real = await sandbox.write("elsewhere/tidy-me.md", UNTIDY);
  await chmod(real, 0o640);
  const broken = await sandbox.write("scenarios/chat/broken.md", BROKEN);
  const link = join(sandbox.folder, "scenarios/chat/tidy-me.md");
  await symlink(real, link);

  const check = await sandbox.qa("fmt", "--check", "tidy-me");
  expect(check).toMatchObject({
    exitCode: 1,
    stdout: expect.stringContaining("scenarios/chat/tidy-me.md\n"),
  });
  expect(await readFile(real, "utf8")).toBe(UNTIDY);

  const all = await sandbox.qa("fmt", "--json");
  expect(all.exitCode).toBe(3);
  expect(JSON.parse(all.stdout)).toMatchObject({
    files: ["scenarios/chat/broken.md", "scenarios/chat/tidy-me.md"],
    changed: ["scenarios/chat/tidy-me.md"],
    diagnostics: [{ file: "scenarios/chat/broken.md", line: 6, code: "unknown-statement" }],
  });
  expect(await readFile(real, "utf8")).toBe(TIDY);
  expect((await lstat(link)).isSymbolicLink()).toBe(true);
  expect((await stat(real)).mode & 0o777).toBe(0o640);
  expect(await readFile(broken, "utf8")).toBe(BROKEN);
});

test("fmt knows ids, files and folders, and says what was probably meant", async () => {
  const sandbox = await Sandbox.create();
  await sandbox.write("scenarios/chat/tidy-me.md", TIDY);
  const [unknown, nowhere] = await Promise.all([
    sandbox.qa("fmt", "tidy-mee"),
    sandbox.qa("fmt", "--check", "scenarios/chat", "scenarios/chat/tidy-me.md"),
  ]);
  expect(unknown.exitCode).toBe(2);
  expect(unknown.stderr).toContain("Did you mean tidy-me?");
  expect(nowhere).toMatchObject({ exitCode: 0, stdout: "1 file: nothing to format" });
});
