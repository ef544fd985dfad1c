import type { Statement } from "../../flow/types.ts";
import type { Failure } from "../../report/events.ts";
import type { FlowFailure } from "../attempt/ending.ts";
import type { Testbed } from "../testbed/testbed.ts";
import { accountOf, actionOf } from "./account.ts";
import type { Chain } from "./links.ts";
import { isGuess, sentenceOf } from "./sentences.ts";
import { chainAbout, subjectOf } from "./subject.ts";
import type { Witness } from "./witness.ts";

/** Failures that say that something did not come, or is not as expected. */
const IN_VAIN: ReadonlySet<string> = new Set([
  "expectation-failed",
  "wait-timeout",
  "turn-timeout",
  "step-timeout",
  "statement-timeout",
  "scenario-timeout",
]);

/**
 * The chain that a failure is about, with its first missing link; and, for a statement below a heading that waited in
 * vain, the headline that comes from it. Nothing where neither can be known.
 */
export async function chainOf(
  failure: FlowFailure,
  testbed: Testbed,
  witness: Witness,
): Promise<Pick<Failure, "chain" | "headline">> {
  const failed = witness.failed(failure.statement);
  if (!failed) return {};
  const isInVain = IN_VAIN.has(failure.code);
  const hasCome = failure.seen !== undefined && failure.seen !== "nothing";
  const chain = chainAbout(await accountOf(testbed, witness), failed.statement, isInVain, hasCome);
  if (!chain) return {};
  const sentence = sentenceOf(chain);
  const told: Chain = sentence === undefined ? chain : { ...chain, sentence };
  const isKnown = isCause(chain, failed.statement) && !isGuess(chain);
  const leads = isKnown && isInVain && failed.statement.kind === "action" && sentence !== undefined;
  return { chain: told, ...(leads ? { headline: sentence } : {}) };
}

/** A plugin may rightly be off, or not be loaded yet, unless its tool was to be called. */
function isCause({ name, missing }: Chain, statement: Statement): boolean {
  if (name !== "plugin" || subjectOf(actionOf(statement) ?? "") === "call") return true;
  return missing !== "enabled" && missing !== "planned";
}
