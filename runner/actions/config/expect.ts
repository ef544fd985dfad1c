import { actionsOf } from "../define.ts";
import { expectState } from "../scene/expect.ts";
import { matcherOf, OBJECT } from "../schema.ts";

export const configStatements = actionsOf("config", (define) => ({
  expectConfig: define({
    summary: "The config in force (`config.get`); secrets are not shown.",
    params: { config: matcherOf(OBJECT, "what of the config must be so") },
    main: "config",
    returns: OBJECT,
    statement: "expects",
    effect: "reads",
    run: (context, { config }) =>
      expectState(context, "the config", config, async () => (await context.call("config.get", {})).config),
  }),
}));
