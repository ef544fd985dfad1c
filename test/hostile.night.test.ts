import { expect, test } from "vitest";
import { TAMPERING, tamper } from "../runner/flow/testing/tampering.ts";
import { Sandbox, scenarioText } from "./testing/qa.ts";

const attacks = Object.entries(TAMPERING);
const idOf = (index: number) => `t-${String(index).padStart(2, "0")}`;

const steps = (attack: string) => `  - name: tampers
    actions:
      - set: attack
        value: { expr: ${JSON.stringify(tamper(attack))} }
      - try:
          actions:
            - call: waitForOutboundMessage
              args: [{ ref: state }, { lambda: { params: [m], expr: "true" } }, 100]
            - assert: "'the wait' === 'passed'"
          catchAs: caught
          catch:
            - assert: "caught.message.includes('outbound') && [1, 2].includes(3)"
`;

const HARMLESS = `  - name: is as ever
    actions:
      - assert: "[1, 2].filter((each) => each > 1).length === 1 && new Map([[1, 2]]).get(1) === 2 && ({}).then === undefined"
      - assert: "(await env.gateway.call('config.get')).hash.length > 0 && state.getSnapshot().messages.length === 0"
`;

test("whatever a scenario tampers with, its failed wait and its false assertion fail it, and the next one runs", async () => {
  const sandbox = await Sandbox.create();
  for (const [index, [, attack]] of attacks.entries()) {
    await sandbox.write(`pack/test/${idOf(index)}.md`, scenarioText(idOf(index), steps(attack)));
    await sandbox.write(`pack/test/${idOf(index)}-next.md`, scenarioText(`${idOf(index)}-next`, HARMLESS));
  }
  const { exitCode, report } = await sandbox.qa("run", "t-*", "--pack", "pack", "--share-gateway");
  const verdicts = Object.fromEntries(report?.scenarios.map(({ id, verdict }) => [id, verdict]) ?? []);
  expect(verdicts).toEqual(
    Object.fromEntries(
      attacks.flatMap((_attack, index) => [
        [idOf(index), "failed"],
        [`${idOf(index)}-next`, "passed"],
      ]),
    ),
  );
  expect(exitCode).toBe(1);
}, 180_000);
