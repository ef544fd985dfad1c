import { afterEach, expect, test } from "vitest";
import { QaError } from "../base/errors.ts";
import { EMBEDDED, parseGatewayTarget } from "../base/target.ts";
import { Teardown } from "../base/teardown.ts";
import type { GatewayStart } from "./gateway.ts";
import { resolveGatewayKind } from "./kinds.ts";
import { startChildGateway } from "./process/start-child.ts";
import { FAKE_PROGRAM, gatewayStart } from "./testing/fixture.ts";

const started: GatewayStart[] = [];
const begin = () => {
  const start = gatewayStart();
  started.push(start);
  return start;
};
const resolve = async (target: string, env = {}) =>
  resolveGatewayKind(parseGatewayTarget(target), { env, teardown: new Teardown() });

afterEach(async () => {
  for (const { teardown } of started.splice(0).reverse()) expect(await teardown.run(10_000)).toEqual([]);
});

test.each([
  ["embeded", "usage", "Did you mean embedded?"],
  ["openclaww@2026.4.26", "usage", "Did you mean openclaw@2026.4.26?"],
  ["http://127.0.0.1:1", "usage", "Did you mean ws://127.0.0.1:1?"],
  ["127.0.0.1:18789", "usage", "Did you mean ws://127.0.0.1:18789?"],
  ["ws://", "usage", "An address looks like ws://127.0.0.1:18789."],
  [
    "ws://127.0.0.1:1/?token=secret-in-address",
    "usage",
    "The token belongs in GATEWAY_QA_TOKEN: an address is shown in reports.",
  ],
  [
    "ws://10.1.2.3:18789",
    "usage",
    "Use wss://10.1.2.3:18789, or a tunnel: `ssh -N -L 18789:127.0.0.1:18789 10.1.2.3`, then ws://127.0.0.1:18789.",
  ],
  ["docker", "usage", "Use `embedded`, `openclaw@<version>` or `ws://host:port`."],
])("--gateway %s is refused as %s: %s", async (target, code, hint) => {
  await expect(resolve(target)).rejects.toMatchObject({ code, hint });
});

test("a version to update to is for published releases only", async () => {
  const resolving = resolveGatewayKind(EMBEDDED, {
    env: {},
    teardown: new Teardown(),
    updateTo: "latest",
  });
  await expect(resolving).rejects.toMatchObject({
    code: "usage",
    hint: "Choose one with --gateway openclaw@<version>.",
  });
});

test("a running gateway wants a token", async () => {
  for (const target of ["ws://127.0.0.1:1", "ws://localhost:1", "ws://[::1]:1", "wss://gateway.example"]) {
    await expect(resolve(target)).rejects.toMatchObject({ code: "gateway-token-missing" });
  }
});

test("credentials in an address are refused without showing them", async () => {
  const error = await resolve("ws://operator:secret-in-address@127.0.0.1:1").catch(String);
  expect(error).toContain("--gateway ws://127.0.0.1:1:");
  expect(error).not.toContain("secret-in-address");
});

test("a running gateway can be asked; its process and files are out of reach", async () => {
  const running = await startChildGateway(FAKE_PROGRAM, begin());
  const kind = await resolve(running.wsUrl, { GATEWAY_QA_TOKEN: running.token });
  expect(kind).toMatchObject({ target: { kind: "remote", url: running.wsUrl } });
  await kind.prepare(new AbortController().signal);
  const gateway = await kind.start(begin());
  expect(gateway.facts).toMatchObject({ version: "1.2.3", protocol: 4 });
  expect(await gateway.call("echo", { n: 1 })).toEqual({ n: 1 });
  await expect(gateway.call("write")).rejects.toMatchObject({
    code: "blocked",
    capability: "operator-admin",
  });
  expect(gateway.agentId).toBe("fake");
  const identity = await gateway.identity();
  expect(identity).toMatchObject({ bootId: running.facts.bootId, version: "1.2.3" });
  expect(() => identity.generation).toThrow(
    expect.objectContaining({ code: "blocked", capability: "reload-generation" }),
  );
  expect(() => gateway.configPath).toThrow(/config file is out of reach/);
  await expect(gateway.restart()).rejects.toMatchObject({ code: "blocked", capability: "process" });
});

test("a wrong token is refused once and for all, without showing it", async () => {
  const running = await startChildGateway(FAKE_PROGRAM, begin());
  const kind = await resolve(running.wsUrl, { GATEWAY_QA_TOKEN: "wrong-token-value" });
  const error = await kind.start(begin()).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(QaError);
  expect(error).toMatchObject({ code: "gateway-refused", fault: "environment" });
  expect(String(error)).not.toContain("wrong-token-value");
});
