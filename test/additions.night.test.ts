import { cp, mkdir, readFile, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { ROOT, Sandbox, scenarioText } from "./testing/qa.ts";

const PAGE = join(ROOT, "CONTRIBUTING.md");
const LINKED = ["node_modules", "fixtures/gateway/node_modules"];

/** A copy of the repository as it stands here, with the packages that are installed for it. */
async function copyOfRepository(folder: string): Promise<void> {
  const { stdout } = await execa("git", ["ls-files", "--deduplicate", "--cached"], { cwd: ROOT });
  for (const file of stdout.split("\n")) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await cp(join(ROOT, file), join(folder, file));
  }
  for (const path of LINKED) await symlink(join(ROOT, path), join(folder, path));
}

test("an option, an action, a reporter and a release are one declaration each, as CONTRIBUTING.md shows them", {
  timeout: 240_000,
}, async () => {
  const sandbox = await Sandbox.create();
  const copy = join(sandbox.folder, "copy");
  const node = (...args: string[]) => execa(process.execPath, args, { cwd: copy, env: { NO_COLOR: "1" } });
  const qa = (...args: string[]) => node("runner/cli/main.js", ...args);
  await copyOfRepository(copy);

  const diffs = [...(await readFile(PAGE, "utf8")).matchAll(/^```diff\n([\s\S]*?)^```$/gm)].map(
    ([, diff]) => diff,
  );
  expect(diffs).toHaveLength(4);
  for (const diff of diffs) {
    expect(diff?.match(/^@@/gm)).toHaveLength(1);
    await execa("git", ["apply", "-"], {
      cwd: copy,
      input: diff,
      env: { GIT_CEILING_DIRECTORIES: sandbox.folder },
    });
  }
  await node("scripts/generate.ts");
  await execa("tsc", ["--noEmit"], { cwd: copy, preferLocal: true, localDir: ROOT });

  const help = (await qa("run", "--help")).stdout;
  expect(help).toMatch(/--note <text> +a note on this run/);
  expect(help).toMatch(/--reporter <name> +junit, ctrf, verdicts, /);
  expect(await readFile(join(copy, "docs/actions.md"), "utf8")).toContain("How many words a text has.");

  const steps =
    "  - name: counts\n    actions:\n      - call: countWords\n        saveAs: words\n        args: [one two  three]\n      - assert: words === 3";
  await sandbox.write("copy/pack/test/counts.md", scenarioText("counts", steps));
  await qa(
    "run",
    "counts",
    "--pack",
    "pack",
    "--note",
    "before lunch",
    "--reporter",
    "verdicts",
    "--out",
    "report",
  );
  expect(await readFile(join(copy, "report/verdicts.txt"), "utf8")).toBe("counts passed\n");
  const report = JSON.parse(await readFile(join(copy, "report/report.json"), "utf8"));
  expect(report).toMatchObject({ exitCode: 0, options: { note: "before lunch", reporter: ["verdicts"] } });
  expect(report.command).toContain("--note 'before lunch'");

  const traits = `import { traitsOf } from "./runner/gateway/openclaw/releases.ts";
    console.log(JSON.stringify(traitsOf("2027.1.3").configPatches));`;
  const { stdout } = await node("--input-type=module", "--eval", traits);
  expect(JSON.parse(stdout)).toContainEqual({ commands: { greeting: false } });
});
