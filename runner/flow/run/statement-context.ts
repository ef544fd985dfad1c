import type { BlockScope } from "./block-scope.ts";
import type { Evaluator } from "./evaluate.ts";
import type { FlowPosition } from "./failure.ts";
import type { Allow, LaterCheck, StatementHost } from "./host.ts";

/** What the statements that do something themselves need. */
export interface StatementContext {
  evaluator: Evaluator;
  scope: BlockScope | undefined;
  where: FlowPosition;
  /** Carries out the statements of steps below headings. */
  host: StatementHost;
  /** Something that must still hold later on. */
  later(check: LaterCheck): void;
  /** Goes into the step's details in the report. */
  note(notes: readonly string[]): void;
  /** The action that is about to start may take this long, in milliseconds. */
  allow: Allow;
}
