import { expect, test } from "vitest";
import type { VacuousReport } from "../runner/prove/vacuous-schema.ts";
import { Sandbox } from "./testing/qa.ts";

const HEAD = (id: string) => `---\nid: ${id}\ntitle: ${id}\n---\n\n# ${id}\n`;
const step = (heading: string, ...lines: string[]) =>
  `\n## ${heading}\n\n\`\`\`yaml qa-step\n${lines.map((line) => `- ${line}\n`).join("")}\`\`\`\n`;

async function vacuous(...files: string[]) {
  const sandbox = await Sandbox.create();
  for (const [index, text] of files.entries())
    await sandbox.write(`qa/scenarios/chat/file-${index}.md`, text);
  const { exitCode, stdout } = await sandbox.qa("prove", "--all", "--vacuous", "--json");
  return { exitCode, report: JSON.parse(stdout) as VacuousReport };
}

test("what holds although the step does nothing is found, by file and line", {
  timeout: 120_000,
}, async () => {
  const { exitCode, report } = await vacuous(
    HEAD("mixed") +
      step("It answers", "say: 'Reply exactly: HERE'", "expectReply: HERE") +
      step(
        "It is called tide",
        "patchConfig: { messages: { groupChat: { mentionPatterns: [tide] } } }",
        "expectConfig: { messages: { groupChat: { mentionPatterns: [tide] } } }",
        "expectHealth: { ready: true }",
        "expectGateway: { version: { exists: true } }\n  because: an operator looks at it then",
        "expectNoMessage",
      ) +
      step("It answers again", "say: 'Reply exactly: THERE'", "expectReply: THERE"),
  );
  expect(report.vacuous).toEqual([
    {
      ...{ scenario: "mixed", file: "qa/scenarios/chat/file-0.md", line: 20, step: "It is called tide" },
      expects: expect.stringContaining("expectHealth"),
    },
    {
      ...{ scenario: "mixed", file: "qa/scenarios/chat/file-0.md", line: 21, step: "It is called tide" },
      ...{ expects: expect.stringContaining("expectGateway"), because: "an operator looks at it then" },
    },
  ]);
  expect([exitCode, report.asked, report.unknown]).toEqual([1, 5, []]);
  expect(report.sentence).toBe("No: 1 of 5 expectations holds as well when the step does nothing");
});

test("a reply, a restart and an answer of before do not count for what is left out", {
  timeout: 120_000,
}, async () => {
  const { exitCode, report } = await vacuous(
    HEAD("needed") +
      step("It answers", "say: 'Reply exactly: HERE'", "expectMessage: HERE") +
      step("It answers the same", "say: 'Reply exactly: HERE'", "expectReply: HERE") +
      step("It restarts", "restartGateway", "expectRestart") +
      step("It restarts once more", "restartGateway", "expectRestart"),
  );
  expect(report.vacuous).toEqual([]);
  expect([exitCode, report.sentence]).toEqual([0, "Yes: each of 4 expectations needs what its step does"]);
});

test("what stands before the first act, or after one that is refused, is not asked", {
  timeout: 120_000,
}, async () => {
  const { exitCode, report } = await vacuous(
    HEAD("refused") +
      step(
        "A wrong port is refused",
        "rpc: config.get\n  answer: { valid: true }",
        "patchConfig: { gateway: { port: eighty } }\n  error: { contains: gateway.port }",
        "expectHealth: { ready: true }",
      ) +
      step(
        "A command that there is not is refused",
        "gatewayCli: [no-such-command]\n  exit: { not: 0 }",
        "expectHealth: { ready: true }",
      ) +
      step(
        "It is ready, and answers",
        "expectHealth: { ready: true }",
        "say: 'Reply exactly: HERE'",
        "expectReply: HERE",
      ),
  );
  expect([exitCode, report.asked, report.vacuous, report.unknown]).toEqual([0, 1, [], []]);
});

test("where nothing acts, nothing can be said", { timeout: 60_000 }, async () => {
  const { exitCode } = await vacuous(HEAD("looks") + step("It is well", "expectHealth: { ready: true }"));
  expect(exitCode).toBe(4);
});
