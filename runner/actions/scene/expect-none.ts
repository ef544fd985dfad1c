import { describeMatcher, show } from "../../flow/match/describe.ts";
import { matches } from "../../flow/match/match.ts";
import type { Matcher } from "../../flow/match/matcher.ts";
import { Unexpected } from "../../flow/match/unexpected.ts";
import type { ActionContext } from "../context.ts";
import { barrier } from "./barrier.ts";
import { type Event, type EventSource, shownOf } from "./expect.ts";

interface StepSource<E> extends EventSource<E> {
  /** What its events are counted by, among those of all the scenario; absent: those before the step count too. */
  of?: "message" | "request" | "line" | "http";
  /** Whose fault one is; default: the product's. */
  faultOf?(event: E): Unexpected["fault"];
}

/** What the docs say of every such statement. */
export const IN_THE_STEP =
  "comes in all of the step, wherever the statement stands, beside what other statements of the step have taken. When the step ends, it is judged once no turn is under way and a message of the run's own has come back; `within` is how long turns may take.";

/**
 * Fails when its step ends if one that fits came in the step, whatever stood before the statement in it. What another
 * statement of the step has taken was expected.
 */
export function expectNone<E extends Event<unknown>>(
  context: ActionContext,
  { kind, of, what, list, faultOf }: StepSource<E>,
  matcher: Matcher | undefined,
): void {
  const { scene } = context;
  const came = async () =>
    (await list()).find(
      ({ index, value }) =>
        (of === undefined || scene.isOfStep(of, index)) &&
        scene.isFree(kind, index) &&
        (!matcher || matches(matcher, value)),
    );
  scene.later({
    until: "step",
    async check(allow) {
      await barrier(context, { limitMs: context.limits?.withinMs, allow });
      const event = await came();
      if (!event) return;
      const seen = show(shownOf(event.value));
      throw new Unexpected(`${what} came, and none was expected: ${seen}`, {
        expected: `no ${what.replace(/^an? /, "")}${matcher ? `: ${describeMatcher(matcher)}` : ""}`,
        seen,
        fault: faultOf?.(event) ?? "product",
      });
    },
  });
}
