import { join } from "node:path";
import { EXIT } from "../base/exit-codes.ts";
import { commandLine, userFolder } from "../base/invocation.ts";
import { displayPath } from "../base/paths.ts";
import { EMBEDDED } from "../base/target.ts";
import { plural } from "../base/text.ts";
import { judgePair } from "../prove/judge.ts";
import { PROVE_VERSION, type ProvenScenario, type ProveReport } from "../prove/prove-schema.ts";
import { ProvenFile, type ProvenKey, toTry } from "../prove/proven.ts";
import type { ProvenEntry } from "../prove/proven-schema.ts";
import { faultRows, renderJunit, scenarioRows } from "../prove/render.ts";
import { answerOf, faultsOf, scoreOf } from "../prove/score.ts";
import { headlineOf } from "../report/chain-text.ts";
import type { Scenario } from "../scenario/types.ts";
import { toArgs, withIds } from "./command-options.ts";
import { textTable } from "./output.ts";
import { type AskedFaults, askedFaults, chosenToProve, type ProveOptions } from "./prove-chosen.ts";
import { pairOf, runAll } from "./prove-pairs.ts";
import {
  answer,
  gatewayToProve,
  keysOf,
  nameOf,
  type Proving,
  readable,
  removeEvidence,
  SAVED_EVERY,
  untilOf,
} from "./proving.ts";
import { printNote } from "./redacted.ts";
import { newRunId, type Session } from "./session.ts";
import { outFolder, provenPath } from "./workspace.ts";

/** What is proven, on what, and where it is kept. */
interface Proof extends AskedFaults, Proving {
  scenarios: readonly Scenario[];
  keys: ReadonlyMap<string, ProvenKey>;
  kept: ProvenFile;
}

/**
 * `qa prove`: runs each scenario on the healthy gateway, and then with each fault whose place it came by there.
 * @returns the exit code
 * @throws UsageError, InvalidScenarios; QaError if the gateway cannot be prepared; the signal's reason
 */
export async function prove(
  ids: readonly string[],
  options: ProveOptions,
  session: Session,
): Promise<number> {
  const until = untilOf(options);
  const folder = outFolder(options.out, "report", `prove-${newRunId()}`);
  const gateway = await gatewayToProve(options, session, "break");
  const scenarios = await chosenToProve(ids, options, gateway, session);
  const keys = await keysOf(scenarios, await nameOf(gateway, session));
  const asked = await askedFaults(options.fault, gateway, session);
  const kept = readable(await ProvenFile.open(keptPath(options, folder)));
  const proof: Proof = { options, session, gateway, scenarios, keys, kept, ...asked, folder, until };

  const known = scenarios.filter(({ id }) => isKnown(id, proof));
  if (known.length > 0)
    printNote(
      `${plural(known.length, "scenario")} and the gateway have not changed since they were proven\n`,
    );
  const falseAlarms = await runHealthy(proof);
  if (falseAlarms.length === 0 && !session.signal.aborted) await runBroken(proof);
  await kept.save();
  session.signal.throwIfAborted();
  const report = reportOf(proof, falseAlarms, ids, new Set(known.map(({ id }) => id)));
  return answer(report, options, { text: () => inWords(report, kept.path), xml: renderJunit });
}

/** What is checked in is about the embedded gateway. */
function keptPath({ kept, gateway = EMBEDDED }: ProveOptions, folder: string): string {
  return kept === undefined && gateway.kind !== "embedded" ? join(folder, "proven.json") : provenPath(kept);
}

/** What is known of a scenario and still counts. */
function freshOf(id: string, { kept, keys, options }: Proof): ProvenEntry | undefined {
  const key = keys.get(id);
  return key && kept.fresh(id, key, options.healthy);
}

function isKnown(id: string, proof: Proof): boolean {
  const entry = freshOf(id, proof);
  return entry !== undefined && faultsLeft(entry, proof).length === 0;
}

/** What is asked for and still has to be tried. */
function faultsLeft(entry: ProvenEntry, asked: AskedFaults): string[] {
  return [...toTry(entry).filter(asked.asks), ...countedLeft(entry, asked)];
}

/** Those with a count that were not tried yet: an entry begins with names alone. */
function countedLeft(
  { killed, survived, notReached, broke, left }: ProvenEntry,
  asked: AskedFaults,
): string[] {
  const known = [...Object.keys(killed), ...survived, ...notReached, ...Object.keys(broke), ...left];
  return asked.counted(known).filter((fault) => !known.includes(fault));
}

/** Runs what is not known on the healthy gateway. @returns the false alarms */
async function runHealthy(proof: Proof): Promise<ProveReport["falseAlarms"]> {
  const { scenarios, kept, keys, options, session, folder, asks, counted } = proof;
  const { healthy } = options;
  const toRun = scenarios.filter(({ id }) => !freshOf(id, proof));
  if (toRun.length === 0) return [];
  printNote(
    `${plural(toRun.length, "scenario")} on the healthy gateway, ${plural(healthy, "time")} each …\n`,
  );
  const alarms: ProveReport["falseAlarms"] = [];
  const reached = new Map<string, Set<string>>();
  await runAll(
    toRun,
    { ...proof, folder: join(folder, "healthy") },
    {
      repeat: healthy === 1 ? undefined : healthy,
      watchFaults: true,
      onFinished(event) {
        const { scenarioId: id, verdict, failure, reason } = event;
        const own = reached.get(id) ?? new Set<string>();
        reached.set(id, own);
        for (const name of event.reached ?? []) own.add(name);
        if (verdict === "failed" && failure) {
          if (session.signal.aborted || failure.code === "interrupted") return;
          if (alarms.some(({ scenario }) => scenario === id)) return;
          alarms.push({ scenario: id, why: headlineOf(failure), fault: failure.fault });
          printNote(`false alarm: ${id}: ${headlineOf(failure)}\n`);
        } else if (verdict === "blocked") {
          alarms.push({ scenario: id, why: reason ?? "blocked", fault: event.fault ?? "environment" });
        } else if (verdict === "passed" && event.next === undefined) {
          const key = keys.get(id);
          if (!key || alarms.some(({ scenario }) => scenario === id)) return;
          kept.begin(id, key, healthy, [...own]);
          const asked = [...own].filter(asks).length + counted([...own]).length;
          printNote(`${id} comes by ${plural(asked, "fault")}\n`);
        }
      },
    },
  );
  return alarms;
}

/** Tries what is left, until the time is up. */
async function runBroken(proof: Proof): Promise<void> {
  const { scenarios, kept, folder } = proof;
  const pairs = new Map(
    scenarios.map(({ id }) => [id, faultsLeft(freshOf(id, proof) ?? NOTHING, proof)] as const),
  );
  const total = [...pairs.values()].reduce((sum, faults) => sum + faults.length, 0);
  if (total === 0) return;
  printNote(`${plural(total, "pair")} of a scenario and a fault …\n`);
  const reports = join(folder, "broken");
  let done = 0;
  await runAll(
    scenarios.filter(({ id }) => (pairs.get(id) ?? []).length > 0),
    { ...proof, folder: reports },
    {
      pairs,
      async onFinished(event) {
        const [id, fault] = pairOf(event);
        const result = judgePair(event);
        if (!result) return;
        done += 1;
        kept.add(id, fault, result);
        const more = "at" in result ? `: ${result.at}` : "why" in result ? `: ${result.why}` : "";
        printNote(`${done}/${total} ${id} with ${fault}: ${result.kind}${more}\n`);
        if (done % SAVED_EVERY === 0) await kept.save();
        if (result.kind !== "broke") await removeEvidence(reports, event);
      },
    },
  );
}

const NOTHING: ProvenEntry = {
  ...{ text: "", inputs: "", gateway: "", tool: "", healthy: 1 },
  ...{ killed: {}, survived: [], notReached: [], broke: {}, left: [] },
};

function reportOf(
  proof: Proof,
  falseAlarms: ProveReport["falseAlarms"],
  ids: readonly string[],
  known: ReadonlySet<string>,
): ProveReport {
  const { scenarios, asks, options, keys, folder } = proof;
  const judged = scenarios.map(({ id, file }): ProvenScenario => {
    const entry = freshOf(id, proof);
    const { killed, survived, notReached, broke, left } = entry ?? NOTHING;
    return {
      id,
      file: file.name,
      tried: entry !== undefined,
      proven: Object.keys(killed).length > 0,
      kept: known.has(id),
      killed: only(killed, asks),
      survived: survived.filter(asks),
      notReached: notReached.filter(asks),
      broke: only(broke, asks),
      left: [...left.filter(asks), ...(entry ? countedLeft(entry, proof) : [])],
    };
  });
  const faults = faultsOf(judged);
  return {
    version: PROVE_VERSION,
    command: commandLine(withIds("prove", ids, toArgs(options))),
    createdAt: new Date().toISOString(),
    ...answerOf({ scenarios: judged, falseAlarms }, faults, options.min),
    gateway: keys.values().next().value?.gateway ?? "",
    healthy: options.healthy,
    score: scoreOf(faults),
    falseAlarms,
    scenarios: judged,
    faults,
    report: folder,
  };
}

function only(texts: Readonly<Record<string, string>>, asks: Proof["asks"]): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).filter(([name]) => asks(name)));
}

function inWords({ scenarios, faults, falseAlarms, sentence, exitCode }: ProveReport, kept: string): string {
  const alarms = falseAlarms.map(({ scenario, why }) => `${scenario}: ${why}\n`).join("");
  if (alarms !== "") return `${alarms}\n${sentence}.\n`;
  const tables = [textTable(scenarioRows(scenarios)), textTable(faultRows(faults))].join("\n");
  const where = exitCode === EXIT.harness ? "" : `Kept in ${displayPath(kept, userFolder())}\n`;
  return `${tables}\n${sentence}.\n${where}`;
}
