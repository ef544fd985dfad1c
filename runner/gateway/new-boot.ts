import { countdown } from "../base/slow.ts";
import { waitForCondition } from "../base/waits.ts";
import type { Wakeups } from "../base/wakeups.ts";
import type { GatewayIdentity, GatewayUnderTest, NewBootOptions } from "./gateway.ts";

const RESTART_TIMEOUT_MS = 60_000;

interface Surroundings {
  wakeups: Wakeups;
  /** End of the gateway's log, for the timeout error. */
  logTail(): string;
}

/** See `GatewayUnderTest.waitForNewBoot`. */
export async function waitForNewBoot(
  gateway: Pick<GatewayUnderTest, "identity" | "waitHealthy">,
  bootId: string,
  { timeoutMs = RESTART_TIMEOUT_MS, signal }: NewBootOptions,
  { wakeups, logTail }: Surroundings,
): Promise<GatewayIdentity> {
  // The new process may migrate the old one's state first: a call may take as long as the wait does.
  const left = countdown(timeoutMs);
  const after = await waitForCondition(
    wakeups,
    async () => {
      const now = await gateway.identity({ timeoutMs: left(), signal });
      return now.bootId !== bootId && now;
    },
    {
      what: `the gateway to restart (a boot id other than ${bootId})`,
      timeoutMs,
      signal,
      evidence: logTail,
    },
  );
  await gateway.waitHealthy(left(), signal);
  return after;
}
