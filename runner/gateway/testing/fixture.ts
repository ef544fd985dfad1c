import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
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

/** What a test starts a gateway with. The bus and the model are addresses that are never asked. */
export function gatewayStart(extra: Partial<GatewayStart> = {}): GatewayStart {
  return {
    teardown: new Teardown(),
    wakeups: new Wakeups(),
    signal: new AbortController().signal,
    busUrl: "http://127.0.0.1:9",
    modelUrl: "http://127.0.0.1:9/v1",
    configPatches: [],
    ...extra,
  };
}

/** Whether a process of this id runs; one that ended and waits to be reaped does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !existsSync("/proc/self/stat") || !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}
