import type { JsonObject } from "../../base/json.ts";
import type { GatewayUnderTest } from "../../gateway/gateway.ts";
import { overlay } from "../../gateway/overlay.ts";
import { interceptedCall, watchAnswers } from "../../gateway/rpc/interceptors.ts";
import type { ActionContext } from "../define.ts";
import { usageOf } from "../gateway/process-usage.ts";
import { blockUnknownMethods, mayLackMethods } from "../gateway/rpc-capabilities.ts";

/** The gateway as actions reach it: what a scenario asks of it passes the interceptors in this order, the first outermost. */
export function interceptedGateway(
  gateway: GatewayUnderTest,
  { foreign, observed }: Pick<ActionContext, "foreign" | "observed">,
): GatewayUnderTest {
  const call = interceptedCall(gateway, [
    ...(mayLackMethods(gateway, foreign) ? [blockUnknownMethods] : []),
    watchAnswers(observed),
  ]);
  return overlay(gateway, { call });
}

/**
 * `env.gateway`: the gateway with the members that flows know under names of their own.
 * @param call with the interceptors of the scenario
 */
export function flowGateway(
  gateway: GatewayUnderTest,
  call: GatewayUnderTest["call"],
  cfg: JsonObject,
): object {
  const command = gateway.cliCommand();
  return overlay(gateway, {
    call,
    cfg,
    cliCommand: command && { executablePath: command.file, argsPrefix: command.args, cwd: command.cwd },
    get evidenceIdentity() {
      const { target, product, version, buildId } = gateway.facts;
      return { target, product, version, buildId };
    },
    getProcessCpuMs: () => usageOf(gateway.pid)?.cpuMs ?? null,
    getProcessRssBytes: () => usageOf(gateway.pid)?.rssBytes ?? null,
  });
}
