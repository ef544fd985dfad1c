import type { ActionStatement } from "../types.ts";
import type { Effect } from "../vocabulary.ts";

/** A statement of a step below a heading, with its values. */
export interface StatementCall {
  action: string;
  /** By name; matchers and lists of statements among them are such. */
  params: Readonly<Record<string, unknown>>;
  withinMs?: number;
  times?: number;
  /** Of a statement within another one: keeps its result by the name that its author gave. */
  save?(value: unknown): void;
}

/** Makes sure that what runs has so many milliseconds left. */
export type Allow = (ms: number) => void;

/** What must still hold later on. */
export interface LaterCheck {
  until: "step" | "scenario";
  /** @throws Unexpected */
  check(allow: Allow): Promise<void>;
}

/** What a statement gave. */
export interface Performed {
  value: unknown;
  later: readonly LaterCheck[];
  /** For the step's details in the report. */
  notes: readonly string[];
}

/** Carries out statements: a flow itself knows nothing of gateways. */
export interface StatementHost {
  /** Called before the first statement of a step. */
  stepStarted(actions: readonly ActionStatement[]): Promise<void>;
  perform(call: StatementCall, allow: Allow): Promise<Performed>;
  /** Called in place of a statement that acts and is left out: whatever was before it does not count as its result. */
  leaveOut(effect: Effect): Promise<void>;
}
