import type { CompiledFlow } from "../flow/types.ts";
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
  /** It changes nothing in its gateway that the next scenario could notice, and may share one. */
  sharable?: boolean;
  /** Set: it is reported as blocked and nothing is touched. */
  blocked?: { reason: string; hint: string };
  /** The pack that it belongs to, if that has an index. */
  pack?: IndexedPack;
  /** Version of the gateway to install for this scenario alone. */
  release?: string;
}
