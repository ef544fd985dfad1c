import { expect, test } from "vitest";
import { Sandbox, scenarioText } from "./testing/qa.ts";

const steps = "  - name: looks\n    actions: [{ assert: 'true' }]";

test("a scenario that sets a key which the gateway does not read is blocked, not passed", async () => {
  const sandbox = await Sandbox.create();
  const scenarios: [id: string, patch: string][] = [
    [
      "keys-unread",
      "{ session: { dmScope: per-channel-peer }, agents: { defaults: { heartbeat: { every: 1m } } } }",
    ],
    ["keys-honoured", "{ session: { dmScope: main }, tools: { deny: [write] } }"],
  ];
  for (const [id, patch] of scenarios) {
    await sandbox.write(`pack/${id}.md`, scenarioText(id, steps, `gatewayConfigPatch: ${patch}\n`));
  }
  const { exitCode, report, stdout } = await sandbox.qa(
    "run",
    "--pack",
    "pack",
    "--trust",
    ...scenarios.map(([id]) => id),
  );
  const verdicts = report?.scenarios.map(({ id, verdict, reason }) => [id, verdict, reason]);
  expect(verdicts?.toSorted(), stdout).toEqual([
    ["keys-honoured", "passed", undefined],
    [
      "keys-unread",
      "blocked",
      expect.stringContaining("sets agents.defaults.heartbeat, session.dmScope, which this gateway"),
    ],
  ]);
  expect(exitCode).toBe(4);
});
