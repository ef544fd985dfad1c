import { fileURLToPath } from "node:url";
import { secretValues } from "../../base/secrets/names.ts";
import { Secrets } from "../../base/secrets/secrets.ts";
import { Teardown } from "../../base/teardown.ts";
import { Wakeups } from "../../base/wakeups.ts";
import type { GatewayStart } from "../gateway.ts";
import type { GatewayProgram } from "../process/program.ts";

/** The gateway of a few lines beside this file, run by the Node that runs the tests. */
export const FAKE_PROGRAM: GatewayProgram = {
  target: "fake",
  product: "fake gateway",
  version: "1.2.3",
  node: process.version,
  file: process.execPath,
  args: (port) => [fileURLToPath(new URL("fake-gateway.ts", import.meta.url)), "--port", String(port)],
};

/** What a test starts a gateway with. The bus and the model are addresses that are never called. */
export function gatewayStart(extra: Partial<GatewayStart> = {}): GatewayStart {
  return {
    teardown: new Teardown(),
    wakeups: new Wakeups(),
    secrets: new Secrets(secretValues(process.env)),
    signal: new AbortController().signal,
    busUrl: "http://127.0.0.1:9",
    modelUrl: "http://127.0.0.1:9/v1",
    configPatches: [],
    ...extra,
  };
}
