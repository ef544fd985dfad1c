import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { type AddressInfo, connect } from "node:net";
import { join } from "node:path";
import { createServer } from "node:tls";
import { expect, onTestFinished, test, vi } from "vitest";
import { READING_METHODS } from "../runner/actions/gateway/reading-methods.ts";
import { BlockedError } from "../runner/base/errors.ts";
import { parseGatewayTarget } from "../runner/base/target.ts";
import { Teardown } from "../runner/base/teardown.ts";
import type { GatewayUnderTest } from "../runner/gateway/gateway.ts";
import { resolveGatewayKind } from "../runner/gateway/kinds.ts";
import { gatewayStart } from "../runner/gateway/testing/fixture.ts";
import { testAtNight } from "./testing/breadth.ts";
import { Sandbox, scenarioText } from "./testing/qa.ts";
import { startRunningGateway } from "./testing/running-gateway.ts";

const SMOKE = "attached-gateway-smoke";

/** A gateway that someone else runs, and a sandbox whose runs know its token. */
async function running(): Promise<{ gateway: GatewayUnderTest; sandbox: Sandbox }> {
  const gateway = await startRunningGateway("embedded");
  knowToken(gateway.token);
  return { gateway, sandbox: await Sandbox.create() };
}

function knowToken(token: string): void {
  vi.stubEnv("GATEWAY_QA_TOKEN", token);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
}

/** A step that does one thing, for a scenario of its own. */
const step = (action: string) => `  - name: does it\n    actions:\n      - ${action}`;

test("a gateway that is already running is checked and left as it was", async () => {
  const { gateway, sandbox } = await running();
  const before = await gateway.call("qa.gateway.status");
  const { exitCode, report, stdout } = await sandbox.qa("run", SMOKE, "--gateway", gateway.wsUrl);
  expect(exitCode, stdout).toBe(0);
  expect(report?.scenarios[0]?.gateway).toMatchObject({
    target: gateway.wsUrl,
    version: gateway.facts.version,
    bootId: gateway.facts.bootId,
  });
  const after = await gateway.call("qa.gateway.status");
  expect(after).toMatchObject({
    bootId: before.bootId,
    generation: before.generation,
    configHash: before.configHash,
  });
  for (const file of await readdir(sandbox.reportFolder, { recursive: true })) {
    const text = await readFile(join(sandbox.reportFolder, file), "utf8").catch(() => "");
    expect(text, file).not.toContain(gateway.token);
  }
});

test("what may write is refused by name, with its place, and left out of globs", async () => {
  const { gateway, sandbox } = await running();
  const named = await sandbox.qa("run", "dm-chat-baseline", "--gateway", gateway.wsUrl);
  expect(named.exitCode).toBe(2);
  expect(named.stderr).toMatch(
    /dm-chat-baseline cannot run here: it may change the gateway \(say, \S*dm-chat-baseline\.md:\d+:\d+\)/,
  );
  expect(named.stderr).toContain("--allow-writes");

  const { exitCode, report, stdout } = await sandbox.qa(
    "run",
    "--builtin",
    "--all",
    "--gateway",
    gateway.wsUrl,
  );
  expect(exitCode, stdout).toBe(0);
  expect(report?.scenarios.map(({ id }) => id)).toContain(SMOKE);
  expect(report?.scenarios.map(({ id }) => id)).not.toContain("dm-chat-baseline");
});

testAtNight(
  "what must be there when a gateway starts is refused on one that is already running",
  async () => {
    const { gateway, sandbox } = await running();
    await sandbox.write(
      "pack/test/patched.md",
      scenarioText("patched", step("call: reset"), "gatewayConfigPatch: { commands: { restart: false } }\n"),
    );
    const { exitCode, stderr } = await sandbox.qa(
      ...["run", "patched", "--pack", "pack", "--gateway", gateway.wsUrl, "--allow-writes"],
    );
    expect(exitCode).toBe(2);
    expect(stderr).toContain("its `gatewayConfigPatch` must be there when the gateway starts");
  },
);

test("--allow-writes lets a scenario change it", async () => {
  const { gateway, sandbox } = await running();
  await sandbox.write(
    "pack/test/writes.md",
    scenarioText(
      "writes",
      step(
        "call: patchConfig\n        args: [{ env: { ref: env }, patch: { commands: { restart: false } } }]",
      ),
    ),
  );
  const { exitCode, stdout } = await sandbox.qa(
    ...["run", "writes", "--pack", "pack", "--gateway", gateway.wsUrl, "--allow-writes"],
  );
  expect(exitCode, stdout).toBe(0);
  expect((await gateway.call("config.get")).config).toMatchObject({ commands: { restart: false } });
});

test("what only a gateway of the run's own has is blocked, with the capability's name", async () => {
  const { gateway, sandbox } = await running();
  const actions = {
    "qa-channel": "call: waitForTransportReady\n        args: [{ ref: env }]",
    "scripted-model": "call: readModelRequests",
    logs: "call: assertNoGatewayLogSentinels",
    workspace: 'call: writeWorkspaceSkill\n        args: [{ env: { ref: env }, name: a, body: "" }]',
    process: "call: signalGateway\n        args: [{ ref: env }, SIGTERM]",
    "config-file":
      'call: editConfigFile\n        args: [{ ref: env }, { lambda: { params: [t], expr: "t" } }]',
  };
  for (const [capability, action] of Object.entries(actions)) {
    await sandbox.write(`pack/test/${capability}.md`, scenarioText(`needs-${capability}`, step(action)));
  }
  const { exitCode, report, stdout } = await sandbox.qa(
    ...["run", "needs-*", "--pack", "pack", "--gateway", gateway.wsUrl, "--allow-writes"],
  );
  expect(exitCode, stdout).not.toBe(0);
  expect(report?.counts).toMatchObject({ passed: 0, failed: 0, blocked: Object.keys(actions).length });
  for (const { id, reason } of report?.scenarios ?? [])
    expect(reason).toContain(`(${id.replace("needs-", "")})`);
});

test("a write that the check before the run does not see is refused by the gateway", async () => {
  const { gateway, sandbox } = await running();
  const raw = JSON.stringify({ commands: { restart: false } });
  await sandbox.write(
    "pack/test/sneaks.md",
    scenarioText(
      "sneaks",
      step(
        `assert: "await (function () { return this; })().env.gateway.call('config.patch', { raw: '${raw.replaceAll('"', '\\"')}' })"`,
      ),
    ),
  );
  const { report, stdout } = await sandbox.qa("run", "sneaks", "--pack", "pack", "--gateway", gateway.wsUrl);
  expect(report?.scenarios[0], stdout).toMatchObject({
    verdict: "blocked",
    reason: expect.stringContaining("(operator-admin)"),
  });
  expect((await gateway.call("config.get")).config).not.toMatchObject({ commands: { restart: false } });
});

test("a client that may only read may call what counts as reading", async () => {
  const { gateway } = await running();
  const teardown = new Teardown();
  onTestFinished(async () => {
    await teardown.run(5000);
  });
  const kind = await resolveGatewayKind(parseGatewayTarget(gateway.wsUrl), {
    env: process.env,
    teardown,
  });
  const attached = await kind.start(gatewayStart({ teardown }));
  const refused: string[] = [];
  let answered = 0;
  for (const method of READING_METHODS) {
    await attached.call(method).then(
      () => {
        answered += 1;
      },
      (error: unknown) => {
        // One that wants parameters, or that only releases have, says so.
        if (error instanceof BlockedError) refused.push(method);
      },
    );
  }
  expect(answered).toBeGreaterThan(10);
  // They only read, but ask for more, as in the releases.
  expect(refused).toEqual(["update.status", "agent.wait"]);
});

test("a token that the gateway does not know is not a verdict on the gateway", async () => {
  const { gateway, sandbox } = await running();
  knowToken("another-gateway's-token");
  const { exitCode, report } = await sandbox.qa("run", SMOKE, "--gateway", gateway.wsUrl);
  expect(exitCode).toBe(4);
  expect(report?.scenarios[0]?.failure).toMatchObject({ code: "gateway-refused", fault: "environment" });
});

testAtNight("a gateway behind TLS is reached over wss", async () => {
  const { gateway, sandbox } = await running();
  const folder = join(import.meta.dirname, "testing", "tls");
  const certificate = join(folder, "cert.pem");
  const server = createServer(
    { key: await readFile(join(folder, "key.pem")), cert: await readFile(certificate) },
    (socket) => {
      const inner = connect(Number(new URL(gateway.wsUrl).port), "127.0.0.1");
      for (const end of [socket, inner]) end.on("error", () => {});
      socket.pipe(inner).pipe(socket);
    },
  ).listen(0, "127.0.0.1");
  onTestFinished(() => {
    server.close();
  });
  await once(server, "listening");
  const url = `wss://localhost:${(server.address() as AddressInfo).port}`;

  vi.stubEnv("NODE_EXTRA_CA_CERTS", certificate);
  const trusted = await sandbox.qa("run", SMOKE, "--gateway", url);
  expect(trusted.exitCode, trusted.stdout).toBe(0);

  vi.stubEnv("NODE_EXTRA_CA_CERTS", "");
  const doubtful = await sandbox.qa("run", SMOKE, "--gateway", url);
  expect(doubtful.exitCode).toBe(4);
  expect(doubtful.report?.scenarios[0]?.failure).toMatchObject({
    code: "gateway-unreachable",
    details: expect.stringContaining("self-signed certificate"),
  });
});

test("--allow-writes and --model are refused for a gateway that they do not apply to", async () => {
  const sandbox = await Sandbox.create();
  knowToken("a-token-for-no-gateway");
  const own = await sandbox.qa("run", SMOKE, "--allow-writes");
  expect(own).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("--allow-writes") });
  const attached = await sandbox.qa("run", SMOKE, "--gateway", "ws://127.0.0.1:9", "--model", "scripted");
  expect(attached).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("keeps the model") });
});
