import type { StatementVocabulary } from "../vocabulary.ts";
import type { CompileContext } from "./context.ts";
import type { Roots } from "./roots.ts";

/** What the parts of the compiler share while they compile steps below headings. */
export interface StepContext {
  flow: CompileContext;
  roots: Roots;
  statements: StatementVocabulary;
}
