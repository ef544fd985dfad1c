import type { CompiledFlow } from "../flow/types.ts";
import type { OwnRelease } from "../gateway/gateway.ts";
import type { LocatedPackIndex, Scenario } from "../scenario/types.ts";

/** A pack with an index: what its agent's workspace is seeded from. */
export interface IndexedPack {
  index: LocatedPackIndex;
  /** All that could be read, chosen or not. */
  scenarios: readonly Scenario[];
}

/** A scenario that was checked and planned, ready to run. */
export interface PreparedScenario {
  scenario: Scenario;
  /** Absent for scenarios that another program carries out. */
  flow: CompiledFlow | undefined;
  /** Asked for by id or glob. */
  named: boolean;
  /** Set: it is reported as skipped and nothing is touched. */
  skip?: { reason: string; hint: string };
  /** Whether it may run on a gateway that others have used and will use; absent where gateways are not shared. */
  sharing?: { may: true } | { may: false; because: string };
  /** Set: it is reported as blocked and nothing is touched. */
  blocked?: { reason: string; hint: string };
  /** The pack that it belongs to, if that has an index. */
  pack?: IndexedPack;
  /** Variables that its gateway gets; the values of `secrets` are shown nowhere. */
  environment?: { env: Readonly<Record<string, string>>; secrets: Readonly<Record<string, string>> };
  /** Install scripts of its plugins run. */
  allowScripts?: boolean;
  /** Why a pass of it proves less than it seems to. */
  unproven?: "never" | "changed";
  /** What is broken besides what its front matter and the run say. */
  faults?: readonly string[];
  /** One of its faults kills the gateway: that ends the scenario, and what the gateway has promised is looked at. */
  kills?: true;
  /** Its gateway must be ready within so many milliseconds; the product is to blame if it is not. Default: the gateway's own limits. */
  startWithinMs?: number;
  /** Install the gateway for this scenario alone. */
  release?: OwnRelease;
}
