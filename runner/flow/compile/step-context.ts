import type { StatementVocabulary } from "../vocabulary.ts";
import type { CompileContext } from "./context.ts";
import type { NamedThings } from "./named.ts";
import type { Roots } from "./roots.ts";

/** What the parts of the compiler share while they compile steps below headings. */
export interface StepContext {
  flow: CompileContext;
  roots: Roots;
  statements: StatementVocabulary;
  named: NamedThings;
  /** The last statement that acted, by its name, if it has taken the reply itself. */
  replyTakenBy?: string | undefined;
}
