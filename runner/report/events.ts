import type { FromSchema } from "json-schema-to-ts";
import type { eventSchemas, scenarioRefSchema } from "./schema/events-schema.ts";
import type { recordSchemas } from "./schema/record-schema.ts";

type Schemas = typeof eventSchemas;

export type RunStarted = FromSchema<Schemas["run-started"]>;
/** An attempt at a scenario begins; what follows until its `scenario-finished` belongs to it. */
type ScenarioStarted = FromSchema<Schemas["scenario-started"]>;
type GatewayStarting = FromSchema<Schemas["gateway-starting"]>;
type GatewayReady = FromSchema<Schemas["gateway-ready"]>;
type StepStarted = FromSchema<Schemas["step-started"]>;
type StatementStarted = FromSchema<Schemas["statement-started"]>;
type StepFinished = FromSchema<Schemas["step-finished"]>;
/** An attempt at a scenario ended; without `next` the scenario did. */
export type ScenarioFinished = FromSchema<Schemas["scenario-finished"]>;
export type RunFinished = FromSchema<Schemas["run-finished"]>;

/** What a run comes to, in order. Reporters see these and nothing else. */
export type RunEvent =
  | RunStarted
  | ScenarioStarted
  | GatewayStarting
  | GatewayReady
  | StepStarted
  | StatementStarted
  | StepFinished
  | ScenarioFinished
  | RunFinished;

type RecordSchemas = typeof recordSchemas;
/** What happened in an attempt besides: for whoever wants to see it later. */
export type RecordEvent = {
  [Type in keyof RecordSchemas]: FromSchema<RecordSchemas[Type]>;
}[keyof RecordSchemas];
/** One of them, by its type. */
export type RecordOf<Type extends RecordEvent["type"]> = Extract<RecordEvent, { type: Type }>;

/** A line of events.jsonl. */
export type LoggedEvent = RunEvent | RecordEvent;

export type ScenarioRef = FromSchema<typeof scenarioRefSchema>;
export type Verdict = ScenarioFinished["verdict"];
export type GatewayFacts = GatewayReady["gateway"];
/** What went wrong, with everything that helps to understand it without rerunning. Redacted. */
export type Failure = NonNullable<ScenarioFinished["failure"]>;
/** How often a scenario is run, and what ends the run early. */
export type RunPolicy = NonNullable<RunStarted["policy"]>;
/** A scenario that is known to fail and has an owner: its failures do not change the exit code. */
export type Quarantined = NonNullable<RunStarted["quarantine"]>[number];
