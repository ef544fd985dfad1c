import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Sandbox, scenarioText } from "./testing/qa.ts";

/** Nothing shows it to be secret but the name of the variable. */
const VALUE = "plain words of a token";

test("what stands in a title, a tag, an objective or the name of a file is in no output of any command", async () => {
  const issued = `sk-proj-${"0a1B".repeat(8)}`;
  const sandbox = await Sandbox.create();
  await sandbox.write(
    `pack/test/${VALUE}.md`,
    scenarioText("in-words", '  - name: Basic conversation\n    actions:\n      - assert: "true"', "")
      .replace(/^title: .*$/m, `title: Basic conversation with ${VALUE} and ${issued}`)
      .replace(/^objective: .*$/m, `objective: "basic: ${VALUE}, ${issued}"\ntags: [basic, ${issued}]`),
  );
  const broken = scenarioText("in-error", `  - name: fails\n    actions:\n      - set: "${VALUE}"`, "");
  const file = await sandbox.write(`broken/${issued}.md`, broken);
  const qa = (...args: string[]) => sandbox.qaWith({ PLANTED_TOKEN: VALUE }, ...args);
  const ran = await qa("run", "in-words", "--pack", "pack", "--trust", "--reporter", "junit");
  const { reportFolder } = sandbox;
  expect(ran.exitCode, ran.stdout + ran.stderr).toBe(0);
  const others = await Promise.all([
    qa("run", "--tag", issued, "--pack", "pack", "--trust", "--out", "tagged"),
    qa("list", "--pack", "pack"),
    qa("list", "--pack", "pack", "--json"),
    qa("check", "pack", file),
    qa("check", "pack", file, "--json"),
    qa("run", "in-error", "--pack", "broken", "--trust", "--out", "broken-out"),
    qa("run", "--tag", VALUE, "--pack", "pack", "--out", "untagged"),
    qa("list", `--${issued}`),
    qa("history", reportFolder),
    qa("history", reportFolder, "--json"),
    qa("merge", reportFolder, "--out", "merged"),
  ]);
  const shown = [ran, ...others].map(({ stdout, stderr }) => stdout + stderr);
  for (const folder of [reportFolder, join(sandbox.folder, "tagged"), join(sandbox.folder, "merged")]) {
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) shown.push(await readFile(join(entry.parentPath, entry.name), "utf8"));
    }
  }
  for (const text of shown) expect(text).not.toMatch(/plain words of|sk-proj/);
  expect(shown.slice(2, 7).filter((text) => text.includes("[redacted"))).toHaveLength(5);
  expect(others.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 3, 3, 3, 2, 2, 0, 0, 0]);
  expect(others[1]?.stdout).toMatch(
    /in-words .* Basic conversation with \[redacted \d+\] and \[redacted \d+\]/,
  );
});
