import type { HeldContinuation } from "./continuations.ts";
import type { RecordedRequest } from "./recorder.ts";

/** How many requests have no whole answer yet, by what that is due to. */
export interface RequestsInHand {
  /** They are being answered, however slowly. */
  working: number;
  /** They wait for the scenario: it holds their answer back, or has said that there is none. */
  held: number;
}

/** The run's own model as scenarios reach it: what it was asked, and when it may answer. */
export interface AgentModel {
  /** For instance `http://127.0.0.1:1234/<token>`. */
  readonly baseUrl: string;
  /** What a gateway takes as the provider's base URL. */
  readonly v1Url: string;
  /** Every request so far, oldest first; recorded before it is answered. */
  readonly requests: readonly RecordedRequest[];
  /** Requests that have no whole answer yet. */
  readonly inHand: RequestsInHand;
  /** Holds answers from now on: those of the rules with this `hold`, or all of them. */
  hold(name?: string): void;
  /** Lets held answers go, and later ones too: those of one gate, or all. */
  release(name?: string): void;
  /** Freezes the model at the next request that carries a tool result. */
  holdNextContinuation(): HeldContinuation;
}
