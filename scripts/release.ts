import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { execa } from "execa";
import { gt, inc, type ReleaseType, valid } from "semver";

// `node scripts/release.ts <patch|minor|major|version> [--dry-run]`: makes a release of what stands under Unreleased in
// CHANGELOG.md, as a commit and a tag. It pushes and publishes nothing.

const BRANCH = "main";
const STEPS: readonly string[] = ["patch", "minor", "major"] satisfies ReleaseType[];

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { "dry-run": { type: "boolean", default: false } },
});
await release(positionals[0], values["dry-run"]).catch((error: unknown) => {
  process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});

async function release(wanted: string | undefined, dryRun: boolean): Promise<void> {
  const root = await git("rev-parse", "--show-toplevel");
  const manifestPath = join(root, "package.json");
  const changelogPath = join(root, "CHANGELOG.md");
  const manifest = await readFile(manifestPath, "utf8");
  const { version: current } = JSON.parse(manifest) as { version: string };
  const version = nextVersion(current, wanted);
  const changelog = moveUnreleased(await readFile(changelogPath, "utf8"), version);
  await checkRepository(version);
  if (dryRun) {
    process.stdout.write(`Would release ${version} after ${current}:\n\n${changelog.notes}\n`);
    return;
  }
  await writeFile(manifestPath, manifest.replace(`"version": "${current}"`, `"version": "${version}"`));
  await writeFile(changelogPath, changelog.text);
  await git("commit", "--all", "--message", `Release ${version}`);
  await git("tag", "--annotate", `v${version}`, "--message", `Release ${version}\n\n${changelog.notes}`);
  process.stdout.write(`Released ${version}. Nothing is pushed: git push origin ${BRANCH} v${version}\n`);
}

function nextVersion(current: string, wanted = ""): string {
  const version = STEPS.includes(wanted) ? inc(current, wanted as ReleaseType) : valid(wanted);
  if (version === null) throw new Error("say which release: patch, minor, major or a version such as 1.2.3");
  if (!gt(version, current))
    throw new Error(`${version} is not above ${current}, the version in package.json`);
  return version;
}

async function checkRepository(version: string): Promise<void> {
  const changes = await git("status", "--porcelain");
  if (changes !== "") throw new Error(`the work tree has changes:\n${changes}`);
  const branch = await git("branch", "--show-current");
  if (branch !== BRANCH)
    throw new Error(`a release is made on ${BRANCH}, not on ${branch || "a detached HEAD"}`);
  if ((await git("tag", "--list", `v${version}`)) !== "")
    throw new Error(`the tag v${version} exists already`);
}

/** Puts what stands under Unreleased under the version and today's date. */
function moveUnreleased(text: string, version: string): { text: string; notes: string } {
  const [, before, notes = "", after = ""] =
    /^(.*?^## \[Unreleased\]\n)(.*?)(^## .*)?$(?![\s\S])/ms.exec(text) ?? [];
  if (before === undefined) throw new Error("CHANGELOG.md has no section `## [Unreleased]`");
  if (notes.trim() === "") throw new Error("CHANGELOG.md says nothing under Unreleased");
  const date = new Date().toISOString().slice(0, 10);
  const trimmed = notes.trim();
  return {
    notes: trimmed,
    text: `${before}\n## [${version}] - ${date}\n\n${trimmed}\n${after === "" ? "" : `\n${after}`}`,
  };
}

async function git(...args: string[]): Promise<string> {
  return (await execa("git", args)).stdout;
}
