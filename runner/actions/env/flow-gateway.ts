import type { JsonObject } from "../../base/json.ts";
import type { GatewayUnderTest } from "../../gateway/gateway.ts";
import { overlay } from "../../gateway/rpc/overlay.ts";
import { usageOf } from "../gateway/process-usage.ts";

/** `env.gateway`: the gateway with the members that flows know under names of their own. */
export function flowGateway(gateway: GatewayUnderTest, cfg: JsonObject): object {
  const [executablePath, ...argsPrefix] = gateway.cliCommand ?? [];
  return overlay(gateway, {
    cfg,
    cliCommand: executablePath && { executablePath, argsPrefix, cwd: gateway.tempRoot },
    get evidenceIdentity() {
      const { target, product, version, buildId } = gateway.facts;
      return { target, product, version, buildId };
    },
    getProcessCpuMs: () => usageOf(gateway.pid)?.cpuMs ?? null,
    getProcessRssBytes: () => usageOf(gateway.pid)?.rssBytes ?? null,
  });
}
