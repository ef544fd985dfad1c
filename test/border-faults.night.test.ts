import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { CrashReport } from "../runner/prove/crash-schema.ts";
import type { ProveReport } from "../runner/prove/prove-schema.ts";
import { Sandbox } from "./testing/qa.ts";

const step = (heading: string, ...lines: string[]) =>
  `\n## ${heading}\n\n\`\`\`yaml qa-step\n${lines.map((line) => `- ${line}\n`).join("")}\`\`\`\n`;

const PATCH = (pattern: string) =>
  `patchConfig: { messages: { groupChat: { mentionPatterns: ["${pattern}"] } } }`;
const HEAD = "---\nid: writes\ntitle: writes\n---\n\n# writes\n";
const WRITES = `${HEAD}${step("A message is answered", "say: 'Reply exactly: HERE'", "expectReply: HERE")}${step(
  "The config is written",
  PATCH("@one"),
  "expectConfig: { messages: { groupChat: { mentionPatterns: ['@one'] } } }",
)}${step("Another one is answered", "say: 'Reply exactly: THERE'", "expectReply: THERE", "expectMessages: [HERE, THERE]")}`;

async function repository(): Promise<Sandbox> {
  const sandbox = await Sandbox.create();
  await sandbox.write("qa/scenarios/chat/writes.md", WRITES);
  return sandbox;
}

describe.concurrent("what goes wrong at a border is borne, and in the report", { timeout: 300_000 }, () => {
  test.for([
    ["rpc.cut@2", /^config\./],
    ["rpc.delay@2", /^config\./],
    ["rpc.duplicate@2", /^config\./],
    ["files.edited", undefined],
    ["files.torn-line", /^half a line of state/],
    ["process.stop", /^for 3 s, at write of state/],
    ["process.kill-write@4", /^before write of state/],
    ["process.kill-fsync", /^before fsync of state/],
  ] as const)("%s", async ([fault, how], { onTestFinished }) => {
    const sandbox = await Sandbox.create(onTestFinished);
    await sandbox.write("qa/scenarios/chat/writes.md", WRITES);
    const { exitCode, report } = await sandbox.qa("run", "writes", "--fault", fault);
    expect(report?.scenarios[0]).toMatchObject({
      verdict: "passed",
      faults: [
        { name: fault, injected: expect.any(Number), ...(how && { how: expect.stringMatching(how) }) },
      ],
    });
    expect(report?.scenarios[0]?.faults?.[0]?.injected).toBeGreaterThan(0);
    expect(exitCode).toBe(0);
  });
});

test("a gateway that writes over what somebody has written by hand fails a scenario that passes", {
  timeout: 120_000,
}, async () => {
  const sandbox = await Sandbox.create();
  const whole = [
    "rpc: config.get\n  saveAs: before",
    'applyConfig: { messages: { groupChat: { mentionPatterns: ["@one"] } } }\n  over: "${before.config}"',
  ];
  await sandbox.write("qa/scenarios/chat/writes.md", `${HEAD}${step("The config is written", ...whole)}`);
  const { exitCode, report } = await sandbox.qa(
    ...["run", "writes", "--fault", "files.edited", "--fault", "config-lost-update"],
  );
  expect(report?.scenarios[0]).toMatchObject({
    verdict: "failed",
    fault: "product",
    failure: { code: "hand-edit-lost" },
  });
  expect(exitCode).toBe(1);
});

test("a fault with a count is tried as such", { timeout: 300_000 }, async () => {
  const sandbox = await repository();
  const { stdout } = await sandbox.qa(
    ...[
      "prove",
      "writes",
      "--json",
      "--healthy",
      "1",
      "--fault",
      "model.cut@2",
      "--fault",
      "channel.twic*@1",
    ],
  );
  const [scenario] = (JSON.parse(stdout) as ProveReport).scenarios;
  expect(scenario).toMatchObject({
    killed: { "model.cut@2": expect.stringContaining("Another one is answered") },
    survived: ["channel.twice@1"],
    left: [],
  });
  const wrong = await sandbox.qa("prove", "writes", "--fault", "turn-hang@2");
  expect([wrong.exitCode, wrong.stderr]).toEqual([
    2,
    expect.stringContaining("turn-hang@2: only a fault at a border has a count"),
  ]);
});

describe("crash points", { timeout: 600_000 }, () => {
  test("a gateway that is killed at some of them survives, and what it did is in the report", async () => {
    const sandbox = await repository();
    const { exitCode, stdout } = await sandbox.qa("prove", "--crash", "writes", "--json", "--sample", "6");
    const report = JSON.parse(stdout) as CrashReport;
    expect(report).toMatchObject({ sentence: "Yes: 6 of 6 survived", survived: 6, killed: 6 });
    expect(exitCode).toBe(0);
    const operations = await readFile(join(report.report, "healthy", "writes", "operations.jsonl"), "utf8");
    expect(JSON.parse(operations.split("\n")[0] ?? "")).toMatchObject({
      serial: 1,
      what: expect.any(String),
    });
  });

  test("one that forgets what it has accepted does not, and the command does it again", async () => {
    const sandbox = await Sandbox.create();
    const text = WRITES.replace("title: writes\n", "title: writes\nfaults: [runs-forgotten]\n");
    await sandbox.write("qa/scenarios/chat/writes.md", text);
    const { exitCode, stdout } = await sandbox.qa("prove", "--crash", "writes", "--json", "--sample", "12");
    const [scenario] = (JSON.parse(stdout) as CrashReport).scenarios;
    const [failed] = scenario?.failed ?? [];
    expect(failed).toMatchObject({
      why: expect.stringMatching(/an answer is lost|a message is lost/),
      command: expect.stringMatching(new RegExp(`qa prove writes --crash --at ${failed?.point}$`)),
    });
    expect(exitCode).toBe(1);
  });
});
