import { expect, test } from "vitest";
import { Client } from "../../fixtures/gateway/test/testing/client.ts";
import { baseConfig, GatewayProcess } from "../../fixtures/gateway/test/testing/gateway-process.ts";
import { installPublished, PUBLISHED } from "./install.ts";

/** Its entry is one file of more than a megabyte, which only a transpiler can load: seconds of blocking. */
const HEAVY = "@laurentenhoor/devclaw";
/** Until the reload begins there is room for a hundred; an import that held the gateway would allow one more. */
const ANSWERS_MEANWHILE = 500;

test("while a published plugin's import takes seconds, the gateway answers", async () => {
  const heavy = PUBLISHED.find(({ name }) => name === HEAVY);
  if (heavy === undefined) throw new Error(`the list has no ${HEAVY}`);
  const { id, config: plugins } = await installPublished(heavy);
  const gateway = await GatewayProcess.create({ ...baseConfig(), plugins: { ...plugins, enabled: false } });
  await gateway.start([], { GATEWAY_PLUGIN_LOAD_LIMIT_MS: "240000" });
  const client = await Client.admin(gateway.port);
  await gateway.writeConfig({ ...baseConfig(), plugins });
  let answers = 0;
  for (;;) {
    const { payload } = await client.call("qa.plugins.inspect", { id, runtime: true });
    expect(payload.diagnostics).toEqual([]);
    if (payload.runtime) break;
    answers += 1;
  }
  expect(answers).toBeGreaterThan(ANSWERS_MEANWHILE);
});
