import { execFileSync } from "node:child_process";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Sandbox, scenarioText } from "./testing/qa.ts";

// One bad file never takes the others down: each has a diagnostic, and what is good is checked, listed and run.

const DEEP = 20_000;
const MIB = 1024 * 1024;
const QUICK = "  - name: adds\n    actions: [{ set: sum, value: { expr: 1 + 1 } }]";
const set = (value: string) => `  - name: sets\n    actions:\n      - set: never\n        value: ${value}`;
const laughs = Array.from({ length: 20 }, (_, index) => `  - &b${index + 1} [*b${index}, *b${index}]`);

/** Texts that cost a reader its stack, or more time than their size is worth, with the code that they get. */
const BAD: Readonly<Record<string, { text: string; code: string }>> = {
  "quotes.md": { text: `---\nid: quotes\n---\n${"> ".repeat(DEEP)}x`, code: "nested-too-deep" },
  "lists.md": { text: `${scenarioText("lists", QUICK)}${"- ".repeat(DEEP)}x`, code: "nested-too-deep" },
  "numbers.md": { text: `${scenarioText("numbers", QUICK)}${"1. ".repeat(DEEP)}x`, code: "nested-too-deep" },
  "dashes.md": { text: `---\nid: dashes\na:\n${"- ".repeat(DEEP)}x\n---\n`, code: "nested-too-deep" },
  "brackets.md": { text: scenarioText("brackets", set("[".repeat(DEEP))), code: "nested-too-deep" },
  "plain.yaml": { text: `scenario:\n  a: ${"{a: ".repeat(DEEP)}`, code: "nested-too-deep" },
  "aliases.md": {
    text: scenarioText("aliases", QUICK, `notes:\n  - &b0 [x]\n${laughs.join("\n")}\n`),
    code: "yaml-alias",
  },
  "parentheses.md": {
    text: scenarioText("parentheses", set(`{ expr: "${"(".repeat(DEEP)}" }`)),
    code: "nested-too-deep",
  },
  "operators.md": {
    text: scenarioText("operators", set(`{ expr: "1${"+1".repeat(DEEP)}" }`)),
    code: "nested-too-deep",
  },
  "long.md": {
    text: scenarioText("long", set(`{ expr: "'${"x".repeat(65_536)}'" }`)),
    code: "expression-too-long",
  },
  "keys.md": {
    text: scenarioText("keys", QUICK, Array.from({ length: 1_000 }, (_, key) => `k${key}: 1\n`).join("")),
    code: "too-many-problems",
  },
  "large.md": { text: "x".repeat(MIB + 1), code: "file-too-large" },
};

test("files that a reader could choke on have one diagnostic each, and the others are checked, listed and run", async () => {
  const sandbox = await Sandbox.create();
  await sandbox.write("pack/good.md", scenarioText("good", QUICK));
  await sandbox.write("pack/wrong.md", scenarioText("wrong", "  - name: x\n    actions: [{ assart: true }]"));
  for (const [name, { text }] of Object.entries(BAD)) await sandbox.write(`pack/${name}`, text);
  execFileSync("mkfifo", [join(sandbox.folder, "pack/pipe.md")]);
  symlinkSync("/dev/zero", join(sandbox.folder, "pack/zero.yaml"));
  symlinkSync("gone.md", join(sandbox.folder, "pack/lost.md"));

  const check = await sandbox.qa("check", "pack", "--json");
  const { diagnostics } = JSON.parse(check.stdout) as {
    diagnostics: { file: string; line: number; code: string; severity: string }[];
  };
  const codesOf = (name: string) =>
    diagnostics.filter(({ file }) => file === `pack/${name}`).map(({ code }) => code);
  expect(check.exitCode).toBe(3);
  for (const [name, { code }] of Object.entries(BAD)) {
    if (name === "keys.md") expect(codesOf(name)).toHaveLength(101);
    else expect([name, codesOf(name)]).toEqual([name, [code]]);
    expect(codesOf(name)).toContain(code);
  }
  expect(codesOf("good.md")).toEqual([]);
  expect(codesOf("wrong.md")).toEqual(["unknown-statement"]);
  expect(codesOf("pipe.md")).toEqual(["unreadable-file"]);
  expect(codesOf("zero.yaml")).toEqual(["unreadable-file"]);
  expect(codesOf("lost.md")).toEqual(["link-left-out"]);
  const lineOf = (name: string) => diagnostics.find(({ file }) => file === `pack/${name}`)?.line;
  expect([lineOf("quotes.md"), lineOf("lists.md"), lineOf("brackets.md")]).toEqual([4, 16, 16]);

  // The same for people: with the lines of the files, none of which is printed as a whole.
  const shown = await sandbox.qa("check", "pack");
  expect(shown.stdout).toContain("pack/quotes.md:4:201  error  ");
  expect(Math.max(...shown.stdout.split("\n").map(({ length }) => length))).toBeLessThan(500);

  const list = await sandbox.qa("list", "--pack", "pack", "--json");
  const { scenarios } = JSON.parse(list.stdout) as { scenarios: { id: string }[] };
  expect(list.exitCode).toBe(0);
  expect(scenarios.map(({ id }) => id)).toContain("good");
  expect(list.stderr).toContain("pack/lost.md: this link leads nowhere");

  const run = await sandbox.qa("run", "good", "--pack", "pack");
  expect(run.report).toMatchObject({ exitCode: 0, counts: { passed: 1 } });
  const named = await sandbox.qa("run", "good", "lists", "--pack", "pack");
  expect([named.exitCode, named.report]).toEqual([3, undefined]);
  expect(named.stderr).toContain("pack/lists.md:16:201");
});

test("lanes, a quarantine list and model scripts that cannot be read are the matter of these files", async () => {
  const sandbox = await Sandbox.create();
  const names = ["lanes.yaml", "quarantine.yaml", "pack/model-scripts.yaml"];
  await sandbox.write("pack/wrong.md", scenarioText("wrong", "  - name: x\n    actions: [{ assart: true }]"));
  for (const name of names) await sandbox.write(name, `a: ${"[".repeat(DEEP)}`);
  const codes = async () => {
    const { stdout } = await sandbox.qa("check", "--lanes", "lanes.yaml", "--pack", "pack", "--json");
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: { file: string; code: string }[] };
    return diagnostics.map(({ file, code }) => [file, code]);
  };
  const wrong = ["pack/wrong.md", "unknown-statement"];
  const found = await codes();
  for (const expected of [wrong, ...names.map((name) => [name, "nested-too-deep"])])
    expect(found).toContainEqual(expected);

  const paths = names.map((name) => join(sandbox.folder, name));
  execFileSync("rm", paths);
  execFileSync("mkfifo", paths);
  const again = await codes();
  for (const expected of [wrong, ...names.map((name) => [name, "unreadable-file"])])
    expect(again).toContainEqual(expected);
});
