import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { ProveReport } from "../runner/prove/prove-schema.ts";
import { Sandbox } from "./testing/qa.ts";

const HEAD = (id: string) => `---\nid: ${id}\ntitle: ${id}\n---\n\n# ${id}\n`;
const step = (heading: string, ...lines: string[]) =>
  `\n## ${heading}\n\n\`\`\`yaml qa-step\n${lines.map((line) => `- ${line}\n`).join("")}\`\`\`\n`;

const ANSWERED = HEAD("answered") + step("It is answered", "say: 'Reply exactly: HERE'", "expectReply: HERE");
/** It says something and expects nothing. */
const VACUOUS = HEAD("vacuous") + step("Something is said", "say: 'Reply exactly: HERE'", "rpc: config.get");
const WRONG =
  HEAD("wrong") + step("It is answered otherwise", "say: 'Reply exactly: HERE'", "expectReply: THERE");

async function repository(...files: string[]): Promise<Sandbox> {
  const sandbox = await Sandbox.create();
  for (const [index, text] of files.entries())
    await sandbox.write(`qa/scenarios/chat/file-${index}.md`, text);
  return sandbox;
}

async function prove(sandbox: Sandbox, ...args: string[]) {
  const { exitCode, stdout, stderr } = await sandbox.qa("prove", "--json", ...args);
  return { exitCode, stderr, report: stdout === "" ? undefined : (JSON.parse(stdout) as ProveReport) };
}

const kept = async (sandbox: Sandbox) =>
  JSON.parse(await readFile(join(sandbox.folder, "qa/proven.json"), "utf8"));
const FEW = ["--healthy", "2", "--fault", "channel-drop-outbound", "--fault", "turn-crash"];

describe("a scenario is proven by what it fails with", { timeout: 300_000 }, () => {
  test("one that expects an answer is, and what has not changed is not run again", async () => {
    const sandbox = await repository(ANSWERED);
    const { exitCode, report } = await prove(sandbox, ...FEW, "--junit", "prove.xml");
    expect(report?.sentence).toBe(
      "Yes: each scenario fails when it should, and they notice 2 of 2 faults (100 %)",
    );
    expect(exitCode).toBe(0);
    expect(report?.scenarios).toMatchObject([
      {
        id: "answered",
        proven: true,
        kept: false,
        killed: {
          "channel-drop-outbound": "It is answered › reply: arrived",
          "turn-crash": expect.stringMatching(/^It is answered › reply: /),
        },
      },
    ]);
    expect(await readFile(join(sandbox.folder, "prove.xml"), "utf8")).toContain(
      '<testcase name="turn-crash"',
    );
    const again = await prove(sandbox, ...FEW);
    expect(again.report?.scenarios).toMatchObject([{ kept: true, proven: true }]);
    expect(again.stderr).not.toContain("on the healthy gateway");
    expect((await sandbox.qa("check", "--proven")).exitCode).toBe(0);
    expect((await sandbox.qa("list")).stdout).toMatch(/PROVEN .*\nanswered .* yes /);
    // A sentence changes the file.
    await sandbox.write("qa/scenarios/chat/file-0.md", `${ANSWERED}\nMore is said of it.\n`);
    const checked = await sandbox.qa("check", "--proven");
    expect([checked.exitCode, checked.stdout]).toEqual([
      1,
      expect.stringContaining("unproven: answered: not seen to fail since it changed"),
    ]);
    const ran = await sandbox.qa("run", "answered");
    expect(ran.report?.scenarios).toMatchObject([{ verdict: "passed", unproven: "changed" }]);
    expect(ran.stdout).toContain("not seen to fail since it changed");
    const changed = await prove(sandbox, ...FEW);
    expect(changed.report?.scenarios).toMatchObject([{ kept: false, proven: true }]);
  });

  test("one that expects nothing is not", async () => {
    const sandbox = await repository(ANSWERED, VACUOUS);
    const { exitCode, report } = await prove(sandbox, "--healthy", "1", "--fault", "channel-drop-outbound");
    expect([exitCode, report?.sentence]).toEqual([
      1,
      "No: vacuous passes with every fault; the scenarios notice 1 of 1 fault (100 %)",
    ]);
    expect(report?.faults).toEqual([
      { name: "channel-drop-outbound", killedBy: ["answered"], survivedIn: ["vacuous"] },
    ]);
    expect(Object.keys((await kept(sandbox)).scenarios)).toEqual(["answered", "vacuous"]);
  });

  test("a failure on the healthy gateway is a false alarm, and ends it", async () => {
    const sandbox = await repository(WRONG);
    const { exitCode, report, stderr } = await prove(sandbox, ...FEW);
    expect(exitCode).toBe(1);
    expect(report?.falseAlarms).toMatchObject([{ scenario: "wrong", fault: "product" }]);
    expect(stderr).not.toContain("pair");
  });

  test("faults at the borders are tried where they are asked for; too few that are noticed are too few", async () => {
    const sandbox = await repository(ANSWERED);
    const borders = ["--healthy", "1", "--fault", "model.e*", "--fault", "channel.twice"];
    const { exitCode, report } = await prove(sandbox, ...borders, "--min", "100");
    expect(exitCode).toBe(1);
    const [scenario] = report?.scenarios ?? [];
    expect([...Object.keys(scenario?.killed ?? {}), ...(scenario?.survived ?? [])].sort()).toEqual([
      "channel.twice",
      "model.empty",
      "model.error",
    ]);
    expect(scenario?.survived).toContain("channel.twice");
  });
});

describe("a fault that is not injected is no pass", { timeout: 120_000 }, () => {
  test.for([
    ["channel-ignore-thread", /not injected: nothing that the scenario does came to its place/],
    ["model.cut@9", /not injected: its place, answer, was passed 1 time$/],
  ] as const)("%s", async ([fault, message]) => {
    const sandbox = await repository(ANSWERED);
    const { exitCode, report } = await sandbox.qa("run", "answered", "--fault", fault);
    expect(exitCode).toBe(4);
    expect(report?.scenarios[0]).toMatchObject({
      verdict: "failed",
      fault: "harness",
      faults: [{ name: fault, injected: 0 }],
      failure: { code: "fault-not-injected", message: expect.stringMatching(message) },
    });
  });

  test("one that is, is in the report", async () => {
    const sandbox = await repository(ANSWERED);
    const { exitCode, report } = await sandbox.qa("run", "answered", "--fault", "channel.twice");
    expect(exitCode).toBe(0);
    expect(report?.scenarios[0]?.faults).toEqual([{ name: "channel.twice", injected: 1 }]);
  });
});

test("a fault that there is not, or not there, is said before anything starts", {
  timeout: 60_000,
}, async () => {
  const sandbox = await repository(ANSWERED);
  const typed = await sandbox.qa("run", "answered", "--fault", "model.cuts");
  expect([typed.exitCode, typed.stderr]).toEqual([2, expect.stringContaining("Did you mean model.cut?")]);
  const proved = await sandbox.qa("prove", "answered", "--fault", "modle.*");
  expect([proved.exitCode, proved.stderr]).toEqual([2, expect.stringContaining("there is no fault modle.*")]);
  const other = await sandbox.qa(
    "run",
    "answered",
    "--fault",
    "turn-hang",
    "--gateway",
    "openclaw@2026.4.26",
  );
  expect([other.exitCode, other.stderr]).toEqual([2, expect.stringContaining("the embedded gateway only")]);
});
