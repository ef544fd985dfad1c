import type { Matcher } from "../../flow/match/matcher.ts";
import type { RecordedRequest } from "../../model/recorder.ts";
import type { ActionContext } from "../context.ts";
import { actionsOf } from "../define.ts";
import { expectEvent, type TimedEvent } from "../scene/expect.ts";
import { expectNone, IN_THE_STEP } from "../scene/expect-none.ts";
import { matcherOf, NOTHING } from "../schema.ts";
import { MODEL_REQUEST, scriptedModel } from "./model.ts";

function requestsOf(context: ActionContext) {
  scriptedModel(context);
  return {
    kind: "request",
    what: "a request to the model",
    list: () =>
      context.scene.requests.map(
        ({ index, request }): TimedEvent<RecordedRequest> => ({ index, value: request, at: request.at }),
      ),
  };
}

/** A request to the model that fits. */
export function expectModelRequest(
  context: ActionContext,
  { request }: { request: Matcher },
): Promise<TimedEvent<RecordedRequest>> {
  return expectEvent(context, requestsOf(context), request);
}

export const modelStatements = actionsOf("model", (define) => ({
  expectModelRequest: define({
    summary: "The first request to the scripted model that fits and that no other statement has taken.",
    params: { request: matcherOf(MODEL_REQUEST, "the request") },
    main: "request",
    returns: MODEL_REQUEST,
    statement: "counts",
    effect: "converses",
    needs: "scripted-model",
    run: async (context, params) => (await expectModelRequest(context, params)).value,
  }),
  expectNoModelRequest: define({
    summary: `No request to the scripted model that fits ${IN_THE_STEP}`,
    params: { request: { ...matcherOf(MODEL_REQUEST, "the request; default: any"), optional: true } },
    main: "request",
    returns: NOTHING,
    statement: "expects",
    effect: "converses",
    needs: "scripted-model",
    run: async (context, { request }) =>
      expectNone(
        context,
        { ...requestsOf(context), of: "request" },
        { by: "expectNoModelRequest", matcher: request },
      ),
  }),
}));
