import { formatDuration } from "../../base/text.ts";
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

interface Ban {
  /** The statement that forbids them. */
  by: string;
  /** Default: any. */
  matcher: Matcher | undefined;
  /** What the matcher means, where it is not the author's own. */
  inWords?: string | undefined;
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
  { by, matcher, inWords = matcher ? wordsOf(matcher) : "any" }: Ban,
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
      const when = of === undefined ? " since the gateway was started" : afterBeginning(event, scene.stepAt);
      throw new Unexpected(`${what} came${when}, and \`${by}\` forbids ${inWords}: ${seen}`, {
        expected: `no ${what.replace(/^an? /, "")}${matcher ? `: ${inWords}` : ""}`,
        seen,
        fault: faultOf?.(event) ?? "product",
      });
    },
  });
}

/** A matcher of what people look for first is about that. */
function wordsOf(matcher: Matcher): string {
  const [[name, inner] = []] =
    matcher.kind === "members" && matcher.members.length === 1 ? matcher.members : [];
  return describeMatcher(name === "text" && inner ? inner : matcher);
}

function afterBeginning({ at }: Event<unknown>, stepAt: number): string {
  // What gateways write of the time is less exact than the clock that the step goes by.
  return at === undefined
    ? " in this step"
    : ` ${formatDuration(Math.max(0, at - stepAt))} after the step began`;
}
