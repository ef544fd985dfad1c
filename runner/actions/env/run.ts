import type { JsonObject } from "../../base/json.ts";
import type { ObjectEntry, ValueEntry, ValueSchema } from "../../flow/vocabulary.ts";
import type { ActionContext } from "../context.ts";
import type { Action } from "../define.ts";

/** What `env` says besides the gateway and the channel. */
export interface RunFacts {
  repoRoot: string;
  /** Folder of this scenario's evidence. */
  outputDir: string;
  alternateModel: string;
  /** The config that the gateway was started with. */
  cfg: JsonObject;
  busUrl: string;
  scenario: JsonObject;
  /** Fires when the scenario must end. */
  signal: AbortSignal;
}

/** One run of one scenario, as the values of flows read it. */
export interface FlowRun {
  context: ActionContext;
  facts: RunFacts;
}

/** A name that flows use, with what stands behind it. */
export type FlowMember = Action | FlowValue | FlowObject;

export interface FlowValue extends ValueEntry {
  /** Called each time a flow reads it. */
  read(run: FlowRun): unknown;
}

export interface FlowObject extends ObjectEntry {
  members: Readonly<Record<string, FlowMember>>;
  /** The object itself, where it is not made of its members. */
  itself?: object;
}

/** Declares a value of flows. */
export function value(
  subject: string,
  type: ValueSchema,
  summary: string,
  read: FlowValue["read"],
): FlowValue {
  return { kind: "value", subject, type, summary, read };
}
