import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { ROOT, Sandbox } from "./testing/qa.ts";

const CHANGELOG = `# Changelog

What changes.

## [Unreleased]

### Added

- A harbour.

## [0.1.0] - 2026-01-01

### Added

- Water.
`;

/** A repository of one commit, on `main`. */
async function repository(changelog = CHANGELOG) {
  const sandbox = await Sandbox.create();
  const { folder } = sandbox;
  await sandbox.write("package.json", '{\n  "name": "harbour",\n  "version": "0.1.0"\n}\n');
  await sandbox.write("CHANGELOG.md", changelog);
  const identity = { GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" };
  const env = { ...identity, ...author("AUTHOR"), ...author("COMMITTER") };
  const git = async (...args: string[]) => (await execa("git", args, { cwd: folder, env })).stdout;
  await git("init", "--initial-branch", "main");
  await git("add", ".");
  await git("commit", "--message", "First");
  const release = (...args: string[]) =>
    execa(process.execPath, [join(ROOT, "scripts/release.ts"), ...args], { cwd: folder, env, reject: false });
  const read = (name: string) => readFile(join(folder, name), "utf8");
  return { git, release, read };
}

const author = (role: string) => ({ [`GIT_${role}_NAME`]: "Ada", [`GIT_${role}_EMAIL`]: "ada@example.org" });

test("a release is the next version, a dated section, a commit and a tag", async () => {
  const { git, release, read } = await repository();
  const { exitCode, stdout } = await release("minor");
  expect(exitCode).toBe(0);
  expect(stdout).toContain("git push origin main v0.2.0");
  expect(JSON.parse(await read("package.json"))).toEqual({ name: "harbour", version: "0.2.0" });
  const today = new Date().toISOString().slice(0, 10);
  const dated = CHANGELOG.replace("## [Unreleased]\n", `## [Unreleased]\n\n## [0.2.0] - ${today}\n`);
  expect(await read("CHANGELOG.md")).toBe(dated);
  expect(await git("log", "-1", "--format=%s", "v0.2.0")).toBe("Release 0.2.0");
  expect(await git("tag", "--list", "--format=%(contents)")).toContain("- A harbour.");
  expect(await git("status", "--porcelain")).toBe("");
});

test("the first section of a changelog may be its only one", async () => {
  const { release, read } = await repository(CHANGELOG.replace(/\n## \[0\.1\.0][\s\S]*/, ""));
  expect(await release("1.0.0")).toMatchObject({ exitCode: 0 });
  expect(await read("CHANGELOG.md")).toMatch(
    /## \[Unreleased]\n\n## \[1\.0\.0] - \S+\n\n### Added\n\n- A harbour\.\n$/,
  );
});

test("--dry-run shows the version and its notes, and changes nothing", async () => {
  const { git, release, read } = await repository();
  const { exitCode, stdout } = await release("patch", "--dry-run");
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/Would release 0\.1\.1 after 0\.1\.0:\n\n### Added\n\n- A harbour\.$/);
  expect([await read("CHANGELOG.md"), await git("tag")]).toEqual([CHANGELOG, ""]);
});

test.for([
  ["no version", [], /patch, minor, major or a version/],
  ["a word that is not a version", ["next"], /patch, minor, major or a version/],
  ["a version that is not above the last one", ["0.1.0"], /0\.1\.0 is not above 0\.1\.0/],
] as const)("%s is refused", async ([_what, args, message]) => {
  const { git, release } = await repository();
  expect(await release(...args)).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(message) });
  expect(await git("rev-list", "--count", "HEAD")).toBe("1");
});

test.for([
  ["changes in the work tree", "echo >> package.json", /work tree has changes:[\s\S]*package\.json/],
  ["another branch", "git switch -c other", /made on main, not on other/],
  ["a tag that exists", "git tag v0.1.1", /the tag v0\.1\.1 exists already/],
] as const)("%s is refused", async ([_what, command, message]) => {
  const { git, release } = await repository();
  await execa(command, { cwd: await git("rev-parse", "--show-toplevel"), shell: true });
  expect(await release("patch")).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(message) });
});

test("a changelog that says nothing new is refused", async () => {
  const { release } = await repository(CHANGELOG.replace(/### Added\n\n- A harbour\.\n\n/, ""));
  expect(await release("patch")).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining("says nothing under Unreleased"),
  });
});
