import { errorMessage, QaError } from "../../base/errors.ts";
import type { GatewayUnderTest } from "../../gateway/gateway.ts";
import type { Testbed } from "../testbed/testbed.ts";
import { type BeforeKill, brokenPromises } from "./survival.ts";

const BACK_MS = 120_000;

/** A gateway that was killed on purpose, and does not keep what it had promised. */
export function notSurvived(problems: readonly string[], how: string | undefined): QaError {
  const [first = "", ...rest] = problems;
  return new QaError(`the gateway did not survive a kill ${how ?? ""}: ${first}`.replace(/ +:/, ":"), {
    code: "kill-not-survived",
    fault: "product",
    ...(rest.length > 0 ? { details: rest.join("\n") } : {}),
    hint: "operations.jsonl in the report folder has what it did with its files until then.",
  });
}

/** Where a supervisor of its own starts it again, that is waited for. */
async function backUp(gateway: GatewayUnderTest): Promise<void> {
  if (gateway.pid !== undefined) {
    try {
      await gateway.waitHealthy(BACK_MS);
      return;
    } catch (error) {
      // It was only not known yet that it has ended.
      if (gateway.pid !== undefined) throw error;
    }
  }
  await gateway.restartAfterStateMutation(() => {});
}

/**
 * Starts a gateway that was killed again, where nothing else does, and looks at what it has promised.
 * @returns what does not hold
 */
export async function problemsAfterKill(
  testbed: Testbed,
  gateway: GatewayUnderTest,
  before: BeforeKill,
): Promise<string[]> {
  try {
    await backUp(gateway);
  } catch (error) {
    return [`it does not start again: ${errorMessage(error)}`];
  }
  return brokenPromises(testbed, gateway, before);
}
