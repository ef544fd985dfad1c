import { BlockedError } from "../../base/errors.ts";
import { type Action, type ActionSet, actionsOf } from "../define.ts";
import { NEVER } from "../schema.ts";

/** What upstream's scenarios call and this runner does not do: known to the check, and never a pass. */
const NOT_OFFERED: Readonly<Record<string, { what: string; names: readonly string[] }>> = {
  browser: {
    what: "no browser is driven through the gateway",
    names: ["browserRequest", "waitForBrowserReady", "browserOpenTab", "browserSnapshot", "browserAct"],
  },
  telemetry: {
    what: "nothing receives telemetry",
    names: ["startQaOtlpTraceReceiver"],
  },
  "identity-storage": {
    what: "the database of execution identities is the gateway's own",
    names: ["inspectQaExecutionIdentityStorage"],
  },
  "commitment-store": {
    what: "the store of commitments is the gateway's own",
    names: ["seedQaCommitmentStore"],
  },
};

/** One action for each name, which ends the scenario as *blocked*. */
export const notOfferedActions: ActionSet = actionsOf("not-offered", (define) => {
  const entries = Object.entries(NOT_OFFERED).flatMap(([capability, { what, names }]) =>
    names.map((name): [string, Action] => [
      name,
      define({
        summary: `Ends the scenario as *blocked*: this runner lacks \`${capability}\`.`,
        positional: [{ name: "args", takes: "rest", optional: false }],
        returns: NEVER,
        run: () => {
          throw new BlockedError(capability, `${name}: this runner lacks \`${capability}\`: ${what}`);
        },
      }),
    ]),
  );
  return Object.fromEntries(entries);
});
