import type { Fault } from "../base/errors.ts";
import type { Position } from "../scenario/source/source.ts";

/** Everything that happens in a run, in order. Reporters see these and nothing else. */
export type RunEvent =
  | RunStarted
  | ScenarioStarted
  | GatewayReady
  | StepStarted
  | StatementStarted
  | StepFinished
  | ScenarioFinished
  | RunFinished;

export type Verdict = "passed" | "failed" | "skipped" | "blocked";

interface EventBase {
  /** Milliseconds since the epoch. */
  at: number;
}

export interface RunStarted extends EventBase {
  type: "run-started";
  runId: string;
  tool: { name: string; version: string; node: string; platform: string };
  /** As the user could type it again. */
  command: string;
  /** The same as values: the ids, and every option that was given by its name. */
  options?: { ids: string[]; [name: string]: unknown };
  gateway: string;
  providerMode: string;
  jobs: number;
  scenarios: ScenarioRef[];
  /** Absolute; holds everything the run leaves behind. */
  reportFolder: string;
  lane?: string;
  /** Stable name of the job of a matrix that this run is. */
  job?: string;
  /** The share of the selection that this run takes; `index` counts from 1. */
  shard?: { index: number; total: number };
  /** Ids of the whole selection before it was cut into shards, in order. */
  selection?: string[];
  policy?: RunPolicy;
  /** Ways in which the gateway is broken on purpose, in every scenario. */
  faults?: string[];
  /** The quarantined ones among the scenarios of this run. */
  quarantine?: Quarantined[];
}

/** How often a scenario is played, and what ends the run early. */
export interface RunPolicy {
  /** How often a scenario that failed is tried again. */
  retries: number;
  /** How often each scenario is played whatever comes out; 1 is the usual. */
  repeat: number;
  /** Whether a scenario that passed only on a later try is no success. */
  failOnFlaky: boolean;
  /** Number of failed scenarios after which no other is begun. */
  bail?: number;
}

/** A scenario that is known to fail and is seen to: its failures do not change the exit code. */
export interface Quarantined {
  id: string;
  owner: string;
  reason: string;
  /** Date (YYYY-MM-DD) until which it may fail. */
  expires: string;
}

export interface ScenarioRef {
  id: string;
  title: string;
  /** As the user would type it. */
  file: string;
  /** Tags the scenario is selected by: theme, surface, coverage ids, own tags. */
  tags: readonly string[];
  objective?: string;
  successCriteria?: readonly string[];
  /** Asked for by its id, not merely matched by a pattern: anything but a pass is then no success. */
  named?: boolean;
}

/**
 * An attempt at a scenario begins. Attempts of one scenario follow each other; what happens to the gateway
 * and in the steps until `scenario-finished` belongs to the attempt under way.
 */
export interface ScenarioStarted extends EventBase {
  type: "scenario-started";
  scenarioId: string;
  /** 1-based. */
  attempt: number;
  /** 1-based place in the run's order. */
  index: number;
}

export interface GatewayReady extends EventBase {
  type: "gateway-ready";
  scenarioId: string;
  gateway: GatewayFacts;
}

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

export interface StepStarted extends EventBase {
  type: "step-started";
  scenarioId: string;
  /** 0-based. */
  step: number;
  name: string;
  position: Position;
}

/** A statement of the flow began; the console shows it as what the step is doing. */
export interface StatementStarted extends EventBase {
  type: "statement-started";
  scenarioId: string;
  step: number;
  /** For instance `call patchConfig`. */
  label: string;
  position: Position;
}

export interface StepFinished extends EventBase {
  type: "step-finished";
  scenarioId: string;
  step: number;
  name: string;
  status: "passed" | "failed" | "skipped" | "blocked";
  durationMs: number;
  /** From the step's detailsExpr. */
  details?: string;
}

/** What went wrong, with everything that helps to understand it without rerunning. Redacted. */
export interface Failure {
  code: string;
  fault: Fault;
  message: string;
  hint?: string;
  /** Step that failed; absent when the gateway did not even start. */
  step?: { index: number; name: string };
  /** In the scenario file. */
  file?: string;
  position?: Position;
  codeFrame?: string;
  /** For instance `call waitForOutboundMessage`. */
  statement?: string;
  /** What the failed assertion's expression was made of. */
  values?: { expression: string; value: string }[];
  expected?: string;
  seen?: string;
  /** Stack lines that name the scenario. */
  stack?: string[];
  /** Last messages on the channel, oldest first. */
  messages?: string[];
  /** Log lines that matter, oldest first. */
  logLines?: string[];
  details?: string;
}

/** An attempt at a scenario ended; without `next` the scenario did. */
export interface ScenarioFinished extends EventBase {
  type: "scenario-finished";
  scenarioId: string;
  /** 1-based. */
  attempt: number;
  /** Why another attempt of the same scenario follows: this one failed, or it is played several times. */
  next?: "retry" | "repeat";
  verdict: Verdict;
  durationMs: number;
  /** Why it was skipped or blocked, and what to set. */
  reason?: string;
  failure?: Failure;
  /** Steps that were not reached, so that a report never loses one. */
  notReached: string[];
  /** Problems of tear-down: they do not change a pass but are always shown. */
  cleanupProblems: string[];
  /** Files below the report folder, relative: transcript, gateway log. */
  evidence: { kind: string; path: string }[];
  /** The command that runs just this scenario again. */
  rerun: string;
}

export interface RunFinished extends EventBase {
  type: "run-finished";
  runId: string;
  durationMs: number;
  interrupted: boolean;
  exitCode: number;
}
