import type { CompiledFlow } from "../flow/types.ts";
import type { OwnRelease } from "../gateway/gateway.ts";
import type { Scenario } from "../scenario/types.ts";

/** A scenario that was checked and planned, ready to run. */
export interface PreparedScenario {
  scenario: Scenario;
  /** Absent for scenarios that another program carries out. */
  flow: CompiledFlow | undefined;
  /** Asked for by id or glob. */
  named: boolean;
  /** Set: it is reported as skipped and nothing is touched. */
  skip?: { reason: string; hint: string };
  /** Install the gateway for this scenario alone. */
  release?: OwnRelease;
}
