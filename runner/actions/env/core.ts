import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { errorMessage, SkipError } from "../../base/errors.ts";
import { PROVIDER_MODE, type ProviderMode } from "../../gateway/provider-mode.ts";
import { actionsOf, ENV_PARAMETER } from "../define.ts";

/** A live model may think for minutes; flows scale the time they give a turn with this. */
const LIVE_TURN_FLOOR_MS = 180_000;

/** Time to give an agent turn: the wished one with the scripted model, at least three minutes with a live one. */
export function liveTurnTimeout(providerMode: ProviderMode, fallbackMs: number): number {
  return providerMode === PROVIDER_MODE.scripted ? fallbackMs : Math.max(fallbackMs, LIVE_TURN_FLOOR_MS);
}

interface ModuleStep {
  name: string;
  run(): unknown;
}

/** Upstream reports a failed step in the result, which a flow may overlook; here it is thrown. */
async function runSteps(name: string, steps: readonly ModuleStep[]): Promise<object> {
  const done: object[] = [];
  for (const step of steps) {
    const details = await step.run();
    done.push({ name: step.name, status: "pass", ...(details ? { details } : {}) });
  }
  return { name, status: "pass", steps: done };
}

export const coreActions = actionsOf("core", (define) => ({
  sleep: define({
    summary:
      "Waits for a fixed time. Prefer a wait on what you expect: a sleep is either too long or not long enough.",
    params: [{ name: "ms", type: "number", description: "milliseconds" }],
    returns: "nothing",
    effect: "reads",
    budgetMs: ([ms]) => Number(ms),
    run: (context, ms: number) => delay(ms, undefined, { signal: context.signal() }),
  }),
  randomUUID: define({
    summary: "A fresh random UUID, for markers that cannot stand anywhere else.",
    params: [],
    returns: "string",
    effect: "reads",
    run: () => randomUUID(),
  }),
  formatErrorMessage: define({
    summary: "The message of anything that was thrown.",
    params: [{ name: "error", type: "unknown", description: "what was caught" }],
    returns: "string",
    effect: "reads",
    run: (_context, error: unknown) => errorMessage(error),
  }),
  liveTurnTimeoutMs: define({
    summary:
      "Time to give an agent turn: `fallbackMs` with the scripted model, at least 180 000 with a live one.",
    params: [
      ENV_PARAMETER,
      { name: "fallbackMs", type: "number", description: "milliseconds with the scripted model" },
      { name: "model", type: "string", optional: true, description: "accepted for upstream's scenarios" },
    ],
    returns: "number",
    effect: "reads",
    aliases: ["resolveQaLiveTurnTimeoutMs"],
    run: (context, _env: object, fallbackMs: number) => liveTurnTimeout(context.providerMode, fallbackMs),
  }),
  runScenario: define({
    summary: "Runs steps that a module brings along, in order; the first that fails is the error.",
    params: [
      { name: "name", type: "string", description: "of the whole" },
      {
        name: "steps",
        type: "array",
        description: "of { name, run }; `run` may be async and return details",
      },
    ],
    returns: "{ name, status: pass, steps: [{ name, status, details? }] }",
    run: (_context, name: string, steps: readonly ModuleStep[]) => runSteps(name, steps),
  }),
  skipScenario: define({
    summary: "Ends the scenario as *skipped*. Use it for a condition that only the running scenario can see.",
    params: [
      { name: "reason", type: "string", description: "why it cannot run here" },
      { name: "hint", type: "string", optional: true, description: "what to set so that it runs" },
    ],
    returns: "never",
    effect: "reads",
    run: (_context, reason: string, hint?: string) => {
      throw new SkipError(reason, hint);
    },
  }),
}));
