import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { KeptMutants, MutantsReport } from "../runner/prove/mutants-schema.ts";
import { Sandbox } from "./testing/qa.ts";

const ANSWERED = `---
id: answered
title: answered
---

# answered

## It is answered

\`\`\`yaml qa-step
- say: 'Reply exactly: HERE'
- expectReply: HERE
\`\`\`
`;

async function generated(sandbox: Sandbox, ...args: string[]) {
  const { exitCode, stdout, stderr } = await sandbox.qa("prove", "--json", "--healthy", "1", ...args);
  return { exitCode, stderr, report: stdout === "" ? undefined : (JSON.parse(stdout) as MutantsReport) };
}

test("mutants are drawn, tried until one scenario notices them, and can be had one by one", {
  timeout: 900_000,
}, async () => {
  const sandbox = await Sandbox.create();
  await sandbox.write("qa/scenarios/chat/answered.md", ANSWERED);
  const { exitCode, report } = await generated(
    sandbox,
    "--generated",
    "24",
    "--seed",
    "3",
    "--jobs",
    "6",
    "--min",
    "10",
  );
  expect(report?.falseAlarms).toEqual([]);
  expect(report?.score).toMatchObject({ drawn: 24, left: 0 });
  expect(report?.folders.length).toBeGreaterThan(10);
  expect([0, 5]).toContain(exitCode);
  // The watchdog looks around by a clock: a run as short as this one comes by it or does not.
  const steady = report?.mutants.filter(({ path }) => path !== "cli/watchdog.ts");
  const killed = steady?.find(({ state }) => state === "killed");
  const survived = steady?.find(({ state }) => state === "survived");
  expect(killed).toMatchObject({ by: "answered", at: expect.any(String) });
  expect(survived).toMatchObject({ passedBy: 1, tried: 1 });

  const noticed = await sandbox.qa("run", "answered", "--fault", `mutant.${killed?.id}`);
  expect([noticed.exitCode, noticed.report?.scenarios[0]?.fault]).toEqual([1, "product"]);
  const unnoticed = await sandbox.qa("run", "answered", "--fault", `mutant.${survived?.id}`);
  expect([unnoticed.exitCode, unnoticed.report?.scenarios[0]?.faults]).toEqual([
    0,
    [{ name: `mutant.${survived?.id}`, injected: 1 }],
  ]);

  const again = await generated(sandbox, "--generated", "24", "--seed", "3", "--min", "10");
  expect(again.stderr).not.toContain("with no mutant switched on");
  expect(again.report?.mutants).toEqual(report?.mutants);

  const path = join(sandbox.folder, "qa/mutants.json");
  const kept = JSON.parse(await readFile(path, "utf8")) as KeptMutants;
  const judged = { [survived?.id ?? ""]: { as: "out-of-scope", because: "nobody is to notice it" } };
  await sandbox.write("qa/mutants.json", JSON.stringify({ ...kept, judged }));
  const read = await generated(sandbox, "--generated", "24", "--seed", "3", "--min", "10");
  expect(read.report?.mutants.find(({ id }) => id === survived?.id)).toMatchObject({
    state: "out-of-scope",
    why: "nobody is to notice it",
  });
});

test("what does not go together is said", { timeout: 60_000 }, async () => {
  const sandbox = await Sandbox.create();
  await sandbox.write("qa/scenarios/chat/answered.md", ANSWERED);
  const release = await sandbox.qa("prove", "answered", "--generated", "--gateway", "openclaw@2026.4.26");
  expect([release.exitCode, release.stderr]).toEqual([2, expect.stringContaining("the embedded gateway")]);
  const fault = await sandbox.qa("prove", "answered", "--generated", "--fault", "turn-hang");
  expect(fault.exitCode).toBe(2);
  const unknown = await sandbox.qa("run", "answered", "--fault", "mutant.00000000");
  expect([unknown.exitCode, unknown.stderr]).toEqual([
    2,
    expect.stringContaining("there is no fault mutant.00000000"),
  ]);
});
