import { errorMessage, SkipError } from "../../base/errors.ts";
import { delay } from "../../base/timers.ts";
import { PROVIDER_MODE, type ProviderMode } from "../../gateway/provider-mode.ts";
import { actionsOf } from "../define.ts";
import { NEVER, NOTHING, NUMBER, STRING } from "../schema.ts";

/** A live model may think for minutes; flows scale the time they give a turn with this. */
const LIVE_TURN_FLOOR_MS = 180_000;

/** Time to give an agent turn: the given one with the scripted model, at least three minutes with a live one. */
export function liveTurnTimeout(providerMode: ProviderMode, fallbackMs: number): number {
  return providerMode === PROVIDER_MODE.scripted ? fallbackMs : Math.max(fallbackMs, LIVE_TURN_FLOOR_MS);
}

export const coreActions = actionsOf("core", (define) => ({
  sleep: define({
    summary:
      "Waits for a fixed time. Prefer a wait on what you expect: a sleep is either too long or not long enough.",
    params: { ms: { ...NUMBER, description: "milliseconds" } },
    main: "ms",
    positional: ["ms"],
    inSteps: "nothing: they wait for what is expected",
    returns: NOTHING,
    effect: "reads",
    budgetMs: ({ ms }) => ms,
    run: (context, { ms }) => delay(ms, context.signal()),
  }),
  randomUUID: define({
    summary: "A fresh random UUID, for markers that cannot stand anywhere else.",
    positional: [],
    inSteps: "`unique` in the front matter",
    returns: STRING,
    effect: "reads",
    sync: true,
    run: () => crypto.randomUUID(),
  }),
  formatErrorMessage: define({
    summary: "The message of anything that was thrown.",
    params: { error: { description: "what was caught" } },
    main: "error",
    positional: ["error"],
    inSteps: "`error`, a matcher of the refusal",
    returns: STRING,
    effect: "reads",
    sync: true,
    run: (_context, { error }) => errorMessage(error),
  }),
  liveTurnTimeoutMs: define({
    summary:
      "Time to give an agent turn: `fallbackMs` with the scripted model, at least 180 000 with a live one.",
    params: {
      fallbackMs: { ...NUMBER, description: "milliseconds with the scripted model" },
      model: { ...STRING, optional: true, description: "accepted for upstream's scenarios" },
    },
    main: "fallbackMs",
    positional: ["env", "fallbackMs", "model"],
    inSteps: "nothing: statements give a live model's turn its time",
    returns: NUMBER,
    effect: "reads",
    sync: true,
    run: (context, { fallbackMs }) => liveTurnTimeout(context.providerMode, fallbackMs),
  }),
  skipScenario: define({
    summary: "Ends the scenario as *skipped*. Use it for a condition that only the running scenario can see.",
    params: {
      reason: { ...STRING, description: "why it cannot run here" },
      hint: { ...STRING, optional: true, description: "what to set so that it runs" },
    },
    main: "reason",
    positional: ["reason", "hint"],
    inSteps: "`gateways` in the front matter",
    returns: NEVER,
    effect: "reads",
    run: (_context, { reason, hint }) => {
      throw new SkipError(reason, hint);
    },
  }),
}));
