import { errorMessage } from "../../base/errors.ts";
import { recentMessages } from "../../channel/transcript.ts";
import type { Failure, ScenarioFinished } from "../../report/events.ts";
import { sourceFrame } from "../../scenario/source/format.ts";
import type { Scenario } from "../../scenario/types.ts";
import type { Told } from "../chain/chain.ts";
import type { Witness } from "../chain/witness.ts";
import type { Testbed } from "../testbed/testbed.ts";
import type { Ending, FlowFailure } from "./ending.ts";
import { lackBehind } from "./lacks.ts";

/** Lines that say something went wrong or changed; the rest is the gateway's ordinary life. */
const RELEVANT = /\b(warn|error|fatal)\b|restart|reload|invalid|failed|refused|timed out|crash/i;
const MAX_LINES = 12;

/** How a scenario ended, as `scenario-finished` carries it. */
export type Outcome = Pick<ScenarioFinished, "verdict" | "reason" | "fault" | "failure" | "notReached">;

/** The outcome of a scenario that ended like this: a failure is shown with what its testbed has to say. */
export async function outcomeOf(
  { verdict, reason, fault, failure }: Ending,
  scenario: Scenario,
  testbed: Testbed,
  notReached: string[],
  witness?: Witness,
): Promise<Outcome> {
  const lack = failure && lackBehind(failure, scenario, testbed);
  if (lack) return { verdict: "blocked", ...lack, notReached };
  return {
    verdict,
    ...(reason === undefined ? {} : { reason }),
    ...(fault === undefined ? {} : { fault }),
    ...(failure ? { failure: await shown(failure, scenario, testbed, witness) } : {}),
    notReached,
  };
}

async function shown(
  failure: FlowFailure,
  scenario: Scenario,
  testbed: Testbed,
  witness: Witness | undefined,
): Promise<Failure> {
  const { position } = failure;
  const known = { ...failure, ...(witness && (await chainPart(failure, testbed, witness, scenario))) };
  return {
    ...known,
    ...(position
      ? { file: scenario.file.name, codeFrame: await sourceFrame(scenario.file.text, position) }
      : {}),
    ...unansweredRequests(known, testbed),
    messages: recentMessages(testbed.bus),
    logLines: relevantLines(testbed.log()),
  };
}

/** What a fake of the scenario was asked and had no answer for explains much. */
function unansweredRequests({ details }: FlowFailure, { http }: Testbed): Pick<Failure, "details"> {
  const unanswered = http?.requests.filter(({ answered }) => !answered) ?? [];
  if (unanswered.length === 0) return {};
  const lines = unanswered
    .slice(0, MAX_LINES)
    .map(({ service, method, path }) => `the fake of ${service} has no answer for ${method} ${path} (404)`);
  return { details: [...(details ? [details] : []), ...new Set(lines)].join("\n") };
}

/** The failure's chain, and the headline that it gives. Nothing else of a failure may be lost with it. */
async function chainPart(
  failure: FlowFailure,
  testbed: Testbed,
  witness: Witness,
  scenario: Scenario,
): Promise<Told> {
  // Only a failure needs it.
  const { chainOf } = await import("../chain/chain.ts");
  return chainOf(failure, testbed, witness, scenario).catch((error: unknown) => {
    const details = [failure.details, `its chain could not be told: ${errorMessage(error)}`];
    return { details: details.filter(Boolean).join("\n") };
  });
}

/** The log lines a reader of a failure wants: the last ones that matter. The whole log is in the evidence. */
function relevantLines(log: string): string[] {
  return log
    .split("\n")
    .filter((line) => RELEVANT.test(line))
    .slice(-MAX_LINES);
}
