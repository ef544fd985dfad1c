import { BlockedError } from "../../base/errors.ts";
import type { AgentModel } from "../../model/agent-model.ts";
import type { RecordedRequest } from "../../model/recorder.ts";
import type { ActionContext } from "../context.ts";
import { actionsOf } from "../define.ts";
import { callback, milliseconds, NOTHING, NUMBER, OBJECT, record, STRING, STRINGS } from "../schema.ts";
import { waitIn } from "../wait.ts";

/** The scripted model, for what cannot be done with a live one. */
export function scriptedModel({ model }: ActionContext): AgentModel {
  if (model) return model;
  throw new BlockedError("scripted-model", "the run uses a live model");
}

export const MODEL_REQUEST = record(
  {
    prompt: STRING,
    allInputText: STRING,
    instructions: STRING,
    toolOutput: STRING,
    model: STRING,
    providerVariant: { enum: ["openai", "anthropic", "unknown"] },
    imageInputCount: NUMBER,
    toolNames: STRINGS,
    rule: STRING,
    status: { enum: ["planned", "held", "answered", "aborted"] },
    raw: STRING,
    body: OBJECT,
    at: { ...NUMBER, description: "when it came, in milliseconds since the epoch" },
  },
  { plannedToolName: STRING, plannedToolArgs: OBJECT },
);

const HOLD_PARAMS = {
  name: { ...STRING, optional: true, description: "a `hold` of the scenario's model script; default: any" },
} as const;

export const modelActions = actionsOf("model", (define) => ({
  readModelRequests: define({
    summary: "The requests that the scripted model received, oldest first.",
    params: {
      since: { ...NUMBER, default: 0, description: "leave out the first n: the length of an earlier answer" },
    },
    main: "since",
    positional: ["since"],
    inSteps: "`expectModelRequest`",
    returns: { type: "array", items: MODEL_REQUEST },
    effect: "reads",
    needs: "scripted-model",
    sync: true,
    run: (context, { since }) => scriptedModel(context).requests.slice(since),
  }),
  waitForModelRequest: define({
    summary: "Waits for a request to the scripted model that satisfies the predicate.",
    params: {
      predicate: callback<(request: RecordedRequest) => unknown>("(request) => boolean", "checks a request"),
      timeoutMs: milliseconds(15_000),
    },
    main: "predicate",
    positional: ["predicate", "timeoutMs"],
    inSteps: "`expectModelRequest`",
    returns: MODEL_REQUEST,
    effect: "reads",
    needs: "scripted-model",
    budgetMs: ({ timeoutMs }) => timeoutMs,
    run: (context, { predicate, timeoutMs }) =>
      waitIn(context, "a model request that fits", () => firstThatFits(context, predicate), { timeoutMs }),
  }),
  holdModel: define({
    summary:
      "Makes the scripted model keep its next answer back until `releaseModel`: a turn frozen in the middle.",
    params: HOLD_PARAMS,
    main: "name",
    positional: ["name"],
    returns: NOTHING,
    needs: "scripted-model",
    effect: "converses",
    statement: "acts",
    sync: true,
    run: (context, { name }) => scriptedModel(context).hold(name),
  }),
  releaseModel: define({
    summary: "Lets held answers go.",
    params: HOLD_PARAMS,
    main: "name",
    positional: ["name"],
    returns: NOTHING,
    needs: "scripted-model",
    effect: "converses",
    statement: "acts",
    sync: true,
    run: (context, { name }) => scriptedModel(context).release(name),
  }),
}));

/** The predicate may be async; its promise is no answer. */
async function firstThatFits(
  context: ActionContext,
  predicate: (request: RecordedRequest) => unknown,
): Promise<RecordedRequest | undefined> {
  for (const request of scriptedModel(context).requests) if (await predicate(request)) return request;
  return undefined;
}
