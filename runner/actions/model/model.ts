import type { ScriptedModel } from "../../model/scripted.ts";
import { type ActionContext, actionsOf } from "../define.ts";
import { waitIn } from "../wait.ts";

/** It is there: every action of this file needs it. */
function scripted({ model }: ActionContext): ScriptedModel {
  return model as ScriptedModel;
}

const HOLD_PARAMETER = {
  name: "name",
  type: "string",
  optional: true,
  description: "a `hold` of the scenario's model script; default: any",
} as const;

export const modelActions = actionsOf("model", (define) => ({
  readModelRequests: define({
    summary: "The requests that the scripted model received, oldest first.",
    params: [
      {
        name: "since",
        type: "number",
        optional: true,
        description: "leave out the first n: the length of an earlier answer",
      },
    ],
    returns:
      "array of { prompt, allInputText, instructions, toolOutput, plannedToolName, plannedToolArgs, body, … }",
    effect: "reads",
    needs: "scripted-model",
    run: (context, since: number = 0) => scripted(context).requests.slice(since),
  }),
  waitForModelRequest: define({
    summary: "Waits for a request to the scripted model that satisfies the predicate.",
    params: [
      { name: "predicate", type: "(request) => boolean", description: "judges a request" },
      { name: "timeoutMs", type: "number", optional: true, description: "milliseconds; default 15 000" },
    ],
    returns: "the request",
    effect: "reads",
    needs: "scripted-model",
    budgetMs: ([, timeoutMs]) => Number(timeoutMs ?? 15_000),
    run: (context, predicate: (request: unknown) => unknown, timeoutMs?: number) =>
      waitIn(context, "a model request that fits", () => scripted(context).requests.find(predicate), {
        timeoutMs,
      }),
  }),
  holdModel: define({
    summary:
      "Makes the scripted model keep its next answer back until `releaseModel`: a turn frozen in the middle.",
    params: [HOLD_PARAMETER],
    returns: "nothing",
    needs: "scripted-model",
    effect: "converses",
    run: (context, name?: string) => scripted(context).hold(name),
  }),
  releaseModel: define({
    summary: "Lets held answers go.",
    params: [HOLD_PARAMETER],
    returns: "nothing",
    needs: "scripted-model",
    effect: "converses",
    run: (context, name?: string) => scripted(context).release(name),
  }),
}));
