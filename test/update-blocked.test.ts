import { join } from "node:path";
import { expect, test } from "vitest";
import { Sandbox, scenarioText } from "./testing/qa.ts";

const AGENT_ASKS = `
  - name: has the agent ask
    actions:
      - call: readGatewayIdentity
        saveAs: before
        args: [{ ref: env }]
      - call: startAgentRun
        args: [{ ref: env }, { sessionKey: "agent:qa:main", message: update }]
      - call: waitForUpdate
        args: [{ ref: env }, { ref: before }]
`;

/** A scenario in which the agent calls its gateway tool with these arguments. */
function agentAsks(id: string, args: string): string {
  const model = `rules:\n  - { times: 1, toolCalls: [{ name: gateway, arguments: ${args} }] }`;
  return `${scenarioText(id, AGENT_ASKS)}\n\`\`\`yaml qa-model\n${model}\n\`\`\`\n`;
}

test("an update that the agent is refused is blocked, one that it asks for wrongly is a failure", async () => {
  const sandbox = await Sandbox.create();
  await sandbox.write("pack/test/refused.md", agentAsks("refused", "{ action: update.run }"));
  const wrong = agentAsks("wrong", "{ action: update.run, timeoutMs: soon }");
  await sandbox.write("pack/test/wrong.md", wrong);
  const { report, stdout } = await sandbox.qa("run", "refused", "wrong", "--pack", "pack");
  const [refused, failed] = ["refused", "wrong"].map((id) => report?.scenarios.find((of) => of.id === id));
  expect(refused, stdout).toMatchObject({
    verdict: "blocked",
    reason: "the gateway cannot update itself here: not-git-install (self-update)",
  });
  expect(failed, stdout).toMatchObject({
    verdict: "failed",
    failure: { code: "update-failed", fault: "product", message: expect.stringContaining("timeoutMs") },
  });
});

test("an update that the environment does not allow is blocked, with the gateway's reason", async () => {
  const sandbox = await Sandbox.create();
  // The build that scenarios run is no install: only a folder in a checkout of something else.
  const steps = `
  - name: asks for an update
    actions:
      - call: readGatewayIdentity
        saveAs: before
        args: [{ ref: env }]
      - call: env.gateway.call
        args: [update.run, {}]
      - call: waitForUpdate
        args: [{ ref: env }, { ref: before }]
`;
  const pack = await sandbox.write("pack/test/asks.md", scenarioText("asks", steps));
  const { exitCode, report, stdout } = await sandbox.qa("run", "asks", "--pack", join(pack, "..", ".."));
  expect(report?.scenarios[0], stdout).toMatchObject({
    verdict: "blocked",
    reason: "the gateway cannot update itself here: not-git-install (self-update)",
  });
  expect(exitCode).toBe(4);
});
