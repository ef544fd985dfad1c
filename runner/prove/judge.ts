import { inShort } from "../base/text.ts";
import { headlineOf } from "../report/chain-text.ts";
import type { ScenarioFinished } from "../report/events.ts";

/** What a scenario did with a fault. */
export type PairResult =
  /** `at`: the step, and the first link of what it is about that did not happen. */
  | { kind: "killed"; at: string }
  | { kind: "survived" }
  | { kind: "not-reached" }
  | { kind: "broke"; why: string };

/** Failures that say nothing: the run ended. */
const CUT_OFF: ReadonlySet<string> = new Set(["interrupted", "run-timeout", "missing-result"]);

/**
 * What the end of an attempt with a fault means. Only a failure by the product's fault counts: the product is what was
 * broken.
 * @returns undefined where it was cut off, or had not begun
 */
export function judgePair({ verdict, failure, reason }: ScenarioFinished): PairResult | undefined {
  if (verdict === "passed") return { kind: "survived" };
  if (verdict === "skipped" || (failure && CUT_OFF.has(failure.code))) return undefined;
  if (!failure) return { kind: "broke", why: `blocked: ${inShort(reason ?? "no reason given")}` };
  if (failure.code === "fault-not-injected") return { kind: "not-reached" };
  const { code, fault, step, chain } = failure;
  if (fault !== "product")
    return { kind: "broke", why: `${code}, fault of the ${fault}: ${inShort(headlineOf(failure))}` };
  const link = chain?.missing === undefined ? [] : [`${chain.name}: ${chain.missing}`];
  return { kind: "killed", at: [step?.name ?? "the start of the gateway", ...link].join(" › ") };
}
