import { onTestFinished } from "vitest";
import { parseGatewayTarget } from "../../runner/base/target.ts";
import { Teardown } from "../../runner/base/teardown.ts";
import type { GatewayUnderTest } from "../../runner/gateway/gateway.ts";
import { resolveGatewayKind } from "../../runner/gateway/kinds.ts";
import { Testbed } from "../../runner/run/testbed/testbed.ts";

const TEARDOWN_MS = 15_000;

/** A gateway that is already running, with a channel and a model of its own, until the test ends. */
export async function startRunningGateway(target: string): Promise<GatewayUnderTest> {
  const teardown = new Teardown();
  onTestFinished(async () => {
    await teardown.run(TEARDOWN_MS);
  });
  const { signal } = new AbortController();
  const kind = await resolveGatewayKind(parseGatewayTarget(target), {
    env: process.env,
    teardown,
  });
  await kind.prepare(signal);
  const testbed = new Testbed({ gateway: kind, signal });
  teardown.defer("testbed", () => testbed.close());
  return (await testbed.ready).gateway;
}
