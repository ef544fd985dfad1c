import type { Matcher } from "../../flow/match/matcher.ts";
import type { RecordedRequest } from "../../model/recorder.ts";
import type { ActionContext } from "../context.ts";
import { actionsOf } from "../define.ts";
import { type Event, expectEvent } from "../scene/expect.ts";
import { matcherOf } from "../schema.ts";
import { MODEL_REQUEST, scriptedModel } from "./model.ts";

/** A request to the model that fits. */
function expectRequest(
  context: ActionContext,
  { request }: { request: Matcher },
): Promise<Event<RecordedRequest>> {
  scriptedModel(context);
  const list = () => context.scene.requests.map(({ index, request: value }) => ({ index, value }));
  return expectEvent(context, { kind: "request", what: "a request to the model", list }, request);
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
    run: async (context, params) => (await expectRequest(context, params)).value,
  }),
}));
