import type { Teardown } from "../../base/teardown.ts";
import { namesMember } from "../../flow/match/matcher.ts";
import type { ActionStatement, Value } from "../../flow/types.ts";
import type { DrivenGateway } from "../../gateway/gateway.ts";
import { HealthProbe } from "../../gateway/health-probe.ts";

/** A slow gateway is not kept busy by it, and no outage that people notice is missed. */
const PROBE = { intervalMs: 50, httpOnly: true } as const;

/** Measures how long the address is silent while a step runs. */
export class Outage {
  #probe: HealthProbe | undefined;

  /** Called before a step: begins to look if a statement of the step says how long an outage may be. */
  async stepStarted(
    { gateway, teardown }: { gateway: DrivenGateway; teardown: Teardown },
    actions: readonly ActionStatement[],
  ): Promise<void> {
    await this.#probe?.stop();
    this.#probe = undefined;
    if (!actions.some(wantsOutage)) return;
    const probe = new HealthProbe(gateway, PROBE);
    teardown.defer("health probe", () => probe.stop());
    probe.start();
    this.#probe = probe;
  }

  /** @returns the longest outage since the step began, in milliseconds; undefined where nothing looked */
  async end(): Promise<number | undefined> {
    const result = await this.#probe?.stop();
    return result && result.http.checks > 0 ? result.longestGapMs : undefined;
  }
}

function wantsOutage({ params }: ActionStatement): boolean {
  return params.some(([, value]) => mentionsOutage(value));
}

function mentionsOutage(value: Value): boolean {
  if (value.kind === "statements") return value.statements.some(wantsOutage);
  return value.kind === "matcher" && namesMember(value.matcher, "outageMs");
}
