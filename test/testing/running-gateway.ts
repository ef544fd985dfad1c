import { onTestFinished } from "vitest";
import { Teardown } from "../../runner/base/teardown.ts";
import { Wakeups } from "../../runner/base/wakeups.ts";
import { QaBus } from "../../runner/channel/bus.ts";
import { serveBus } from "../../runner/channel/server.ts";
import type { GatewayUnderTest } from "../../runner/gateway/gateway.ts";
import { resolveGatewayKind } from "../../runner/gateway/kinds.ts";
import { parseGatewayTarget } from "../../runner/gateway/target.ts";
import { startScriptedModel } from "../../runner/model/scripted.ts";
import { ROOT } from "./qa.ts";

const TEARDOWN_MS = 15_000;

/** A gateway that is running already, with a channel and a model of its own, until the test ends. */
export async function startRunningGateway(target: string): Promise<GatewayUnderTest> {
  const teardown = new Teardown();
  onTestFinished(async () => {
    await teardown.run(TEARDOWN_MS);
  });
  const wakeups = new Wakeups();
  const { signal } = new AbortController();
  const [{ url: busUrl }, model] = await Promise.all([
    serveBus(new QaBus(wakeups), teardown),
    startScriptedModel({ teardown, wakeups }),
  ]);
  const kind = await resolveGatewayKind(parseGatewayTarget(target), {
    repoRoot: ROOT,
    env: process.env,
    teardown,
  });
  await kind.prepare(signal);
  return kind.start({ teardown, wakeups, signal, busUrl, modelUrl: model.v1Url, configPatches: [] });
}
