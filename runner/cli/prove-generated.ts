import { join } from "node:path";
import { UsageError } from "../base/errors.ts";
import { commandLine, userFolder } from "../base/invocation.ts";
import { displayPath } from "../base/paths.ts";
import { EMBEDDED } from "../base/target.ts";
import { plural } from "../base/text.ts";
import { type GatewayKind, MUTANT, type Mutant } from "../gateway/gateway.ts";
import { resolveGatewayKind } from "../gateway/kinds.ts";
import { judgePair, type PairResult } from "../prove/judge.ts";
import { apart, type DrawnMutant, drawn, HealthyRuns, MutantsFile, Promises } from "../prove/mutants.ts";
import { mutantRows, renderMutantsJunit, tallyRows } from "../prove/mutants-render.ts";
import { MUTANTS_VERSION, type MutantsReport } from "../prove/mutants-schema.ts";
import { mutantsAnswer, mutantsScore, reported, tallied } from "../prove/mutants-score.ts";
import type { ProvenKey } from "../prove/proven.ts";
import { headlineOf } from "../report/chain-text.ts";
import type { ScenarioFinished } from "../report/events.ts";
import type { Scenario } from "../scenario/types.ts";
import { toArgs, withIds } from "./command-options.ts";
import { textTable } from "./output.ts";
import { chosenToProve, type ProveOptions } from "./prove-chosen.ts";
import { AND, pairOf, runAll } from "./prove-pairs.ts";
import { answer, keysOf, type Proving, readable, removeEvidence, SAVED_EVERY, untilOf } from "./proving.ts";
import { printNote } from "./redacted.ts";
import { newRunId, type Session } from "./session.ts";
import { mutantsPath, outFolder } from "./workspace.ts";

const DEFAULT_DRAWN = 400;
const DEFAULT_MIN = 80;
/** What a try may take beyond twice the longest healthy run, in milliseconds. */
const GRACE_MS = 3_000;
/** Failures that say no more than that time was up. */
const TIMED_OUT: ReadonlySet<string> = new Set(["scenario-timeout", "gateway-not-ready"]);
/** So often a try may run out of time on a machine that is too busy for the healthy gateway as well. */
const MOST_LATE = 3;
/** A mutant that is still open late is tried by several scenarios at once. */
const MOST_AT_ONCE = 3;

/** After so many scenarios that did not notice it, a mutant is tried together with others. */
const LATE_AFTER = 3;
/** The most that are tried together: the more, the likelier is that one is noticed, and all have to be tried alone. */
const MOST_TOGETHER = 6;
/** So many scenarios at once try a mutant that is tried together with others. */
const MOST_LATE_AT_ONCE = 8;

/** What is tried, on what, and where it is kept. */
interface Trial extends Proving {
  scenarios: readonly Scenario[];
  keys: ReadonlyMap<string, ProvenKey>;
  kept: MutantsFile;
  /** How often a pair has run out of time without a result. */
  late: Map<string, number>;
  /** Pairs that say nothing together with others, and are to be tried alone. */
  alone: Set<string>;
}

/**
 * `qa prove --generated`: draws mutants of the embedded gateway from the code that the scenarios come by, and lets scenarios
 * try each until one notices it.
 * @returns the exit code
 * @throws UsageError, InvalidScenarios; QaError if the gateway cannot be built; the signal's reason
 */
export async function proveGenerated(
  ids: readonly string[],
  options: ProveOptions,
  session: Session,
): Promise<number> {
  const until = untilOf(options);
  const folder = outFolder(options.out, "report", `mutants-${newRunId()}`);
  const gateway = await mutatedGateway(options, session);
  const scenarios = await chosenToProve(ids, options, gateway, session);
  const digest = (await gateway.buildId?.(session.signal)) ?? "";
  const keys = await keysOf(scenarios, digest);
  const kept = readable(await MutantsFile.open(mutantsPath(options.kept)));
  const trial: Trial = {
    ...{ options, session, gateway, scenarios, keys, kept, folder, until },
    late: new Map(),
    alone: new Set(),
  };
  const table = (await gateway.mutants?.(session.signal)) ?? [];
  const asked = typeof options.generated === "number" ? options.generated : DEFAULT_DRAWN;
  const { falseAlarms, possible } = await findPassed(trial, table, digest, asked);
  if (kept.mutants.length > 0) await kept.save();
  if (falseAlarms.length === 0) await tryAll(trial);
  if (kept.mutants.length > 0) await kept.save();
  session.signal.throwIfAborted();
  const report = reportOf(trial, falseAlarms, possible, ids);
  return answer(report, options, { text: () => inWords(report, kept.path), xml: renderMutantsJunit });
}

async function mutatedGateway(options: ProveOptions, { teardown }: Session): Promise<GatewayKind> {
  const target = options.gateway ?? EMBEDDED;
  const gateway = await resolveGatewayKind(target, { env: process.env, teardown });
  const mutated = gateway.mutated?.();
  if (mutated) return mutated;
  throw new UsageError(
    "--generated changes the source of the embedded gateway",
    "Leave out --gateway, or --generated: a release can be broken at its borders.",
  );
}

/** Runs what is not known on the gateway with no mutant switched on, and draws those that it came by. */
async function findPassed(
  trial: Trial,
  table: readonly Mutant[],
  digest: string,
  asked: number,
): Promise<{ falseAlarms: MutantsReport["falseAlarms"]; possible: number }> {
  const { scenarios, kept, keys, options, session, folder } = trial;
  const { healthy, seed } = options;
  const isSame = kept.isOf(digest, seed, asked);
  if (!isSame) {
    kept.mutants = [];
    kept.scenarios.clear();
  }
  const known = kept.keep(keys, options.all === true);
  const toRun = scenarios.filter(({ id }) => !known.has(id));
  if (toRun.length === 0) return { falseAlarms: [], possible: 0 };
  printNote(
    `${plural(toRun.length, "scenario")} with no mutant switched on, ${plural(healthy, "time")} each …\n`,
  );
  const alarms: MutantsReport["falseAlarms"] = [];
  const passed = new Map<string, HealthyRuns>();
  /** Those of which all runs are over, and passed. */
  const ended = new Map<string, HealthyRuns>();
  await runAll(
    toRun,
    { ...trial, folder: join(folder, "healthy") },
    {
      repeat: healthy === 1 ? undefined : healthy,
      watchFaults: true,
      onFinished({ scenarioId: id, verdict, failure, reason, fault, durationMs, reached = [], next }) {
        const own = passed.get(id) ?? new HealthyRuns();
        passed.set(id, own);
        own.add(
          reached.filter((name) => name.startsWith(MUTANT)).map((name) => name.slice(MUTANT.length)),
          durationMs,
        );
        if (verdict === "passed" && next === undefined) ended.set(id, own);
        if (verdict === "passed" || session.signal.aborted || failure?.code === "interrupted") return;
        if (
          verdict === "skipped" ||
          failure?.code === "run-timeout" ||
          alarms.some((each) => each.scenario === id)
        )
          return;
        const why = failure ? headlineOf(failure) : (reason ?? "blocked");
        alarms.push({ scenario: id, why, fault: failure?.fault ?? fault ?? "environment" });
        printNote(`false alarm: ${id}: ${why}\n`);
      },
    },
  );
  const all = new Set([...ended.values()].flatMap((own) => [...own.passed]));
  const possible = isSame ? 0 : all.size;
  if (alarms.length > 0) return { falseAlarms: alarms, possible };
  // What only some of them pass would be drawn more often.
  if (!isSame && ended.size < toRun.length) return { falseAlarms: [], possible };
  if (!isSame) {
    kept.gateway = digest;
    kept.seed = seed;
    kept.asked = asked;
    kept.mutants = drawn(
      table.filter(({ id }) => all.has(id)),
      asked,
      seed,
    ).map((place) => ({ ...place, passedBy: new Set(), tried: new Set(), broke: new Map() }));
    printNote(
      `${plural(table.length, "mutant")}, of which the scenarios come by ${possible}; ${kept.mutants.length} are drawn\n`,
    );
  }
  for (const [id, { passed, ms }] of ended) {
    const key = keys.get(id);
    if (key) kept.passed(id, { text: key.text, inputs: key.inputs, ms }, passed);
  }
  return { falseAlarms: alarms, possible };
}

/** In rounds: in each, every mutant that is open is tried by the scenario that promises most. */
async function tryAll(trial: Trial): Promise<void> {
  const { kept, until, session, options } = trial;
  const promises = new Promises(kept, new Set(trial.keys.keys()));
  const jobs = options.jobs ?? 1;
  for (let round = 1; !session.signal.aborted && performance.now() < until; round += 1) {
    const open = kept.mutants.flatMap((mutant) => {
      const scenarios = promises.of(mutant);
      return scenarios.length > 0 ? [{ mutant, scenarios }] : [];
    });
    if (open.length === 0) return;
    const atOnce = Math.min(MOST_AT_ONCE, Math.max(1, Math.ceil((3 * jobs) / open.length)));
    const pairs = pairsOf(open, atOnce, trial);
    const noticed = kept.mutants.filter(({ killed }) => killed).length;
    printNote(
      `round ${round}: ${noticed} of ${plural(kept.mutants.length, "mutant")} noticed, ${open.length} to try …\n`,
    );
    await tryRound(trial, round, pairs);
    await kept.save();
  }
}

/** Which scenarios try what: each mutant alone at first, and those that several scenarios did not notice together with others. */
function pairsOf(
  open: readonly { mutant: DrawnMutant; scenarios: readonly string[] }[],
  atOnce: number,
  { alone }: Trial,
): Map<string, string[]> {
  const pairs = new Map<string, string[]>();
  const add = (id: string, faults: readonly string[]) =>
    pairs.set(id, [...(pairs.get(id) ?? []), faults.join(AND)]);
  const together = new Map<string, DrawnMutant[]>();
  for (const { mutant, scenarios } of open) {
    const isLate = mutant.tried.size >= LATE_AFTER;
    for (const id of scenarios.slice(0, isLate ? MOST_LATE_AT_ONCE : atOnce)) {
      const fault = `${MUTANT}${mutant.id}`;
      if (!isLate || alone.has(`${id} ${fault}`)) add(id, [fault]);
      else together.set(id, [...(together.get(id) ?? []), mutant]);
    }
  }
  for (const [id, mutants] of together)
    for (const group of apart(mutants, MOST_TOGETHER))
      add(
        id,
        group.map((mutant) => `${MUTANT}${mutant.id}`),
      );
  return pairs;
}

/** What a scenario may take with a mutant. */
function limitOf(id: string, { kept }: Trial): number {
  return 2 * (kept.scenarios.get(id)?.ms ?? 0) + GRACE_MS;
}

async function tryRound(
  trial: Trial,
  round: number,
  pairs: ReadonlyMap<string, readonly string[]>,
): Promise<void> {
  const { scenarios, kept, folder } = trial;
  const reports = join(folder, `round-${round}`);
  const late: { id: string; fault: string; result: PairResult }[] = [];
  const limitMs = (id: string) => limitOf(id, trial);
  const total = [...pairs.values()].reduce((sum, { length }) => sum + length, 0);
  let done = 0;
  await runAll(
    scenarios.filter(({ id }) => pairs.has(id)),
    { ...trial, folder: reports },
    {
      pairs,
      limitMs,
      async onFinished(event) {
        const [id, fault] = pairOf(event);
        const result = judgePair(event);
        if (!result) return;
        if (fault.includes(AND)) judgeTogether(trial, event, result);
        else if (TIMED_OUT.has(event.failure?.code ?? "")) late.push({ id, fault, result });
        else kept.add(fault.slice(MUTANT.length), id, result);
        done += 1;
        if (done % SAVED_EVERY === 0) {
          printNote(`round ${round}: ${done} of ${total} tries\n`);
          await kept.save();
        }
        await removeEvidence(reports, event);
      },
    },
  );
  if (late.length > 0) await judgeLate(trial, round, late);
}

/**
 * Of mutants that were tried together, each whose place was passed is not noticed if the scenario passes. Anything else may be
 * the doing of another one: then each is tried alone.
 */
function judgeTogether({ kept, alone }: Trial, event: ScenarioFinished, { kind }: PairResult): void {
  const [id] = pairOf(event);
  const passed = kind === "survived" || kind === "not-reached";
  for (const { name, injected } of event.faults ?? []) {
    if (passed && injected > 0) kept.add(name.slice(MUTANT.length), id, { kind: "survived" });
    else alone.add(`${id} ${name}`);
  }
}

/** A try that ran out of time counts if the gateway with no mutant switched on is well within it, on the machine as it is now. */
async function judgeLate(
  trial: Trial,
  round: number,
  late: readonly { id: string; fault: string; result: PairResult }[],
): Promise<void> {
  const { scenarios, kept, folder } = trial;
  const inTime = new Set<string>();
  const asked = new Set(late.map(({ id }) => id));
  await runAll(
    scenarios.filter(({ id }) => asked.has(id)),
    { ...trial, folder: join(folder, `round-${round}-healthy`) },
    {
      pairs: new Map([...asked].map((id) => [id, [""]])),
      onFinished(event) {
        const [id] = pairOf(event);
        if (event.verdict !== "passed") return;
        if (2 * event.durationMs <= limitOf(id, trial)) inTime.add(id);
        const known = kept.scenarios.get(id);
        if (known) known.ms = Math.max(known.ms, event.durationMs);
      },
    },
  );
  for (const { id, fault, result } of late) {
    const times = (trial.late.get(`${id} ${fault}`) ?? 0) + 1;
    trial.late.set(`${id} ${fault}`, times);
    const mutant = fault.slice(MUTANT.length);
    if (inTime.has(id)) kept.add(mutant, id, withoutTime(result));
    else if (times >= MOST_LATE)
      kept.add(mutant, id, { kind: "broke", why: "out of time, as the healthy gateway nearly was" });
  }
}

function withoutTime(result: PairResult): PairResult {
  return result.kind === "killed" ? { kind: "killed", at: `${result.at} (out of time)` } : result;
}

function reportOf(
  { kept, options, folder }: Trial,
  falseAlarms: MutantsReport["falseAlarms"],
  possible: number,
  ids: readonly string[],
): MutantsReport {
  const mutants = reported(kept);
  const score = mutantsScore(mutants, possible);
  return {
    version: MUTANTS_VERSION,
    command: commandLine(withIds("prove", ids, toArgs(options))),
    createdAt: new Date().toISOString(),
    ...mutantsAnswer(score, falseAlarms, options.min ?? DEFAULT_MIN),
    gateway: kept.gateway,
    seed: kept.seed,
    score,
    falseAlarms,
    folders: tallied(mutants, "folder"),
    operators: tallied(mutants, "operator"),
    mutants,
    report: folder,
  };
}

function inWords(report: MutantsReport, kept: string): string {
  const { falseAlarms, sentence, folders, operators, mutants } = report;
  const alarms = falseAlarms.map(({ scenario, why }) => `${scenario}: ${why}\n`).join("");
  if (alarms !== "") return `${alarms}\n${sentence}.\n`;
  const tables = [
    textTable(tallyRows("folder", folders), [1, 2, 3]),
    textTable(tallyRows("operator", operators), [1, 2, 3]),
    textTable(mutantRows(mutants)),
  ];
  return `${tables.join("\n")}\n${sentence}.\nKept in ${displayPath(kept, userFolder())}\n`;
}
