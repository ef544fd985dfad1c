import { expect, onTestFinished, test } from "vitest";
import { QaBus } from "../channel/bus.ts";
import { serveBus } from "../channel/server.ts";
import { EmbeddedKind } from "./embedded/embedded.ts";
import { HealthProbe } from "./health-probe.ts";
import { gatewayStart } from "./testing/fixture.ts";

test("sees how long the gateway was away, over HTTP and over RPC", async () => {
  const start = gatewayStart();
  onTestFinished(async () => expect(await start.teardown.run(10_000)).toEqual([]));
  const { url: busUrl } = await serveBus(new QaBus(start.wakeups), start.teardown);
  const gateway = await new EmbeddedKind(start.teardown).start({ ...start, busUrl });
  const probe = new HealthProbe(gateway);
  start.teardown.defer("probe", () => probe.stop());
  probe.start();
  await gateway.restartAfterStateMutation(() => {});
  const result = await probe.stop();
  expect(result?.http).toMatchObject({ lastFailure: expect.any(String) });
  expect(result?.http.checks).toBeGreaterThan(result?.http.failures ?? 0);
  expect(result?.longestGapMs).toBeGreaterThan(0);
  expect(result?.longestGapMs).toBeLessThanOrEqual(result?.durationMs ?? 0);
});
