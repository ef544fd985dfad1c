import { expect, test } from "vitest";
import { Sandbox, scenarioText } from "./testing/qa.ts";

const UNREAD = "{ tools: { byProvider: { mock: { deny: [read] } } } }";
const READ = "{ session: { dmScope: per-channel-peer }, tools: { deny: [write] } }";
const WHY = "sets tools.byProvider, which this gateway accepts and does not read (config-keys)";

const step = (action: string) => `  - name: sets a key\n    actions: [${action}]`;
const looks = step("{ assert: 'true' }");
const patched = (patch: string) => step(`{ call: patchConfig, args: [{ patch: ${patch} }] }`);
const raw = `JSON.stringify(${JSON.stringify({ tools: { byProvider: { mock: { deny: ["read"] } } } })})`;
const caught = `env.gateway.call('config.get').then(({ hash }) => env.gateway.call('config.patch', { raw: ${raw}, baseHash: hash })).catch(() => 1)`;

test("a scenario that sets a key which the gateway does not read is blocked, wherever it sets it", async () => {
  const sandbox = await Sandbox.create();
  const blocked = ["blocked", expect.stringContaining(WHY)];
  const scenarios: [id: string, steps: string, verdict: unknown[], extra?: string][] = [
    ["own-config", looks, blocked, `gatewayConfigPatch: ${UNREAD}\n`],
    ["own-config-read", looks, ["passed", undefined], `gatewayConfigPatch: ${READ}\n`],
    ["patched", patched(UNREAD), blocked],
    ["patched-read", patched(READ), ["passed", undefined]],
    ["of-channels", patched("{ messages: { ackReactionScope: all } }"), ["passed", undefined]],
    ["caught", step(`{ set: answer, value: { expr: ${JSON.stringify(caught)} } }`), blocked],
    [
      "edited",
      step(
        `{ call: editConfigFile, args: [{ ref: env }, { lambda: { params: [text], expr: ${JSON.stringify(
          `JSON.stringify({ ...JSON.parse(text), tools: { byProvider: { mock: {} } } })`,
        )} } }] }`,
      ),
      blocked,
    ],
  ];
  for (const [id, steps, , extra] of scenarios) {
    await sandbox.write(`pack/${id}.md`, scenarioText(id, steps, extra));
  }
  const ids = scenarios.map(([id]) => id);
  const { exitCode, report, stdout } = await sandbox.qa("run", "--pack", "pack", "--trust", ...ids);
  const verdicts = new Map(report?.scenarios.map(({ id, verdict, reason }) => [id, [verdict, reason]]));
  expect(Object.fromEntries(verdicts), stdout).toEqual(
    Object.fromEntries(scenarios.map(([id, , verdict]) => [id, verdict])),
  );
  expect(exitCode).toBe(4);
});
