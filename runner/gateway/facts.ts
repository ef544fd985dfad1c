/** What a report says about the gateway under test. */
export interface GatewayFacts {
  /** As given to --gateway. */
  target: string;
  product: string;
  version: string;
  buildId?: string;
  node?: string;
  protocol?: number;
  bootId?: string;
  pid?: number;
  /** Whether its code had been compiled by an earlier boot; a cold boot takes longer. Absent where that is not known. */
  boot?: "cold" | "warm";
  /** Milliseconds from spawn to /readyz and to the first answered RPC. */
  readyMs: number;
  rpcMs?: number;
}
