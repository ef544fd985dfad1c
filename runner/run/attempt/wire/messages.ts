import type { JsonObject } from "../../../base/json.ts";
import type { PlainFlow } from "../../../flow/types.ts";
import type { ProviderMode } from "../../../gateway/provider-mode.ts";
import type { FlowFailure } from "../ending.ts";
import type { ScenarioLimits } from "../limits.ts";
import type { WireError } from "./errors.ts";
import type { Parts } from "./members.ts";

/*
 * What runner and attempt say to each other. The runner's messages come over one pipe, asynchronously. The attempt's go
 * over another, in their order; the answers to its questions come back over it while it stands still.
 */

/** Pipes of an attempt's process, by their file descriptors. */
export const PIPES = { toAttempt: 3, fromAttempt: 4 } as const;

/** Everything that an attempt needs to know. */
export interface AttemptOrder {
  flow: PlainFlow;
  limits: ScenarioLimits;
  /** The scenario's own metadata. */
  scenario: JsonObject & { id: string; title: string };
  /** The scenario's execution.config, with the run's update plan. */
  config: JsonObject;
  /** Values of the names that the flow is given, such as the row of its examples. */
  given: JsonObject;
  /** Absolute root of the repository that the scenario belongs to. */
  referenceRoot: string;
  /** What its flow calls the repository's root: that, or the gateway's own package where files of that are asked for. */
  repoRoot: string;
  foreign: boolean;
  /** Of this attempt; absolute. */
  evidenceFolder: string;
  providerMode: ProviderMode;
  primaryModel: string;
  alternateModel: string;
  hasModel: boolean;
  agentId: string;
  startConfig: JsonObject;
  busUrl: string;
}

/** The first message is the key that all of the attempt's must begin with. */
export type ToAttempt =
  | { type: "key"; key: Uint8Array }
  | { type: "begin"; order: AttemptOrder }
  | ({ type: "answer"; call: number } & Answer)
  /** The part that was called calls a function that it was given. */
  | { type: "call-back"; call: number; callback: number }
  | { type: "wake" }
  | { type: "end"; reason: WireError }
  | { type: "ping" };

export type Answer = { value: unknown } | { error: WireError };

/** A member of the testbed, and what it is called with. */
export interface Call {
  part: keyof Parts;
  member: string;
  args: readonly unknown[];
  /** Where in `args` signals and functions were: the index, and the member of an object there. */
  signals?: readonly ArgumentPlace[];
  callbacks?: readonly ArgumentPlace[];
}

export type ArgumentPlace = readonly [index: number, member?: string];

/** Asked while the attempt stands still. */
export type Question =
  | ({ type: "ask" } & Call)
  /** Answered with the number by which what was held is named. */
  | { type: "hold-continuation" }
  | { type: "release-continuation"; held: number };

/** What the flow does. */
export type Report =
  | { type: "pong" }
  /** Its process is about to exit, and waits for a last word. */
  | { type: "leaving" }
  | { type: "step-started"; step: number }
  | { type: "statement-started"; statement: number }
  | { type: "statement-ended"; statement: number; threw: boolean }
  | {
      type: "step-finished";
      step: number;
      status: AttemptEnd["verdict"];
      durationMs: number;
      details: string | undefined;
    }
  | { type: "ended"; end: AttemptEnd };

export type FromAttempt =
  | Report
  | Question
  | ({ type: "call"; call: number } & Call)
  /** Answered when the model is held there. */
  | { type: "await-continuation"; call: number; held: number }
  | { type: "abort"; call: number; reason: WireError }
  | ({ type: "called-back"; call: number; callback: number } & Answer)
  | { type: "observed"; what: string; answer: unknown };

/** How the flow ended, as its process reports it. */
export interface AttemptEnd {
  verdict: "passed" | "failed" | "skipped" | "blocked";
  reason?: string;
  failure?: FlowFailure;
  /** What `finally` blocks and the flow's own resources could not clean up. */
  cleanupProblems: readonly string[];
  /** What it left running, which ends with its process. */
  leaks: readonly string[];
}
