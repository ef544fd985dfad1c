import { join, relative } from "node:path";
import { QaError } from "../base/errors.ts";
import { EXIT } from "../base/exit-codes.ts";
import { commandLine, userFolder } from "../base/invocation.ts";
import { displayPath } from "../base/paths.ts";
import { formatTarget, parseRelease } from "../base/target.ts";
import { inShort, plural } from "../base/text.ts";
import { answerOf } from "../bisect/answer.ts";
import { BISECT_VERSION, type BisectReport, type JudgedRelease } from "../bisect/bisect-schema.ts";
import { differenceBetween } from "../bisect/difference.ts";
import { releasesFrom } from "../bisect/releases.ts";
import { bisect, isFlaky, type Judgement, settled } from "../bisect/search.ts";
import { withLock } from "../gateway/npm/lock.ts";
import { streamProgress } from "../gateway/npm/progress.ts";
import { cacheFolder, ReleaseCache } from "../gateway/openclaw/cache.ts";
import { OpenClawKind } from "../gateway/openclaw/openclaw.ts";
import { removeRelease } from "../gateway/openclaw/prune.ts";
import { type PublishedReleases, publishedReleases } from "../gateway/openclaw/registry.ts";
import { pickRelease } from "../gateway/openclaw/resolve.ts";
import { fetchNotice } from "../gateway/openclaw/space.ts";
import { headlineOf } from "../report/chain-text.ts";
import { readReport } from "../report/read-report.ts";
import type { Scenario } from "../scenario/types.ts";
import {
  type BisectOptions,
  chosenScenarios,
  isFor,
  keyOf,
  requireFor,
  requireOrder,
  targetOf,
} from "./bisect-asked.ts";
import { KeptSearch } from "./bisect-kept.ts";
import { toArgs, withIds } from "./command-options.ts";
import { printNote, redacted } from "./redacted.ts";
import { runScenarios } from "./run-scenarios.ts";
import type { Session } from "./session.ts";

/** What a search needs besides what is kept of it. */
interface Search {
  id: string;
  scenarios: readonly Scenario[];
  options: BisectOptions;
  session: Session;
  cache: ReleaseCache;
  published: PublishedReleases & { kept: boolean };
  kept: KeptSearch;
}

/**
 * Searches the release in which a scenario began to fail: runs it on both ends, then on the releases between them by
 * halves. A run counts as `qa run` counts it: exit code 0 is good, 1 is bad, and any other says nothing.
 * @returns what was found, which also lies in the folder
 * @throws UsageError for ends that are none, and for a scenario that is not for them; InvalidScenarios; QaError
 *   `registry-unreachable`, `release-not-installed`, `disk-full`; the signal's reason
 */
export async function bisectReleases(
  id: string,
  options: BisectOptions,
  session: Session,
): Promise<{ report: BisectReport; folder: string }> {
  const scenarios = await chosenScenarios(id, options);
  const { env } = process;
  const cache = new ReleaseCache(cacheFolder(env));
  const { signal } = session;
  const published = await publishedReleases(join(cache.folder, "releases.json"), { env, signal });
  const installed = (await cache.list()).map(({ version }) => version);
  const [good, bad] = (["good", "bad"] as const).map((end) =>
    pickRelease(parseRelease(options[end]).spec, published, installed, `--${end}`),
  ) as [string, string];
  requireOrder(good, bad);
  for (const version of [good, bad]) requireFor(scenarios, version);

  const fresh: BisectReport = {
    version: BISECT_VERSION,
    command: commandLine(withIds("bisect", [id], toArgs(options))),
    key: keyOf(scenarios, { ...options, good, bad }),
    scenario: id,
    confirm: options.confirm,
    startedAt: new Date().toISOString(),
    releases: releasesFrom(good, bad, published.versions),
    judged: [],
    fetched: [],
  };
  const onWait = () => printNote("another qa bisect does the same: waiting for it\n");
  return withLock(join(cache.folder, `bisect-${fresh.key}`), { signal, onWait }, async () => {
    const kept = await KeptSearch.open(options.out, fresh);
    const search: Search = { id, scenarios, options, session, cache, published, kept };
    await announce(search, installed);
    await searchReleases(search);
    return { report: kept.report, folder: kept.folder };
  });
}

/** Goes through the releases, and writes down the answer. */
async function searchReleases(search: Search): Promise<void> {
  const { report, folder } = search.kept;
  await search.kept.save();
  const searched = await bisect(report.releases, (version) => judge(version, search));
  const answer = answerOf(searched, report);
  const difference = await differenceBetween(answer, { report, folder });
  // One that was fetched by a search that was killed before it could remove it.
  for (const version of report.fetched) await removeFetched(version, search);
  report.result = { ...answer, finishedAt: new Date().toISOString(), ...(difference ? { difference } : {}) };
  await search.kept.save();
}

/** Says what will be done, and what it takes, before the first release is fetched. */
async function announce(
  { id, kept, cache, published, options }: Search,
  installed: readonly string[],
): Promise<void> {
  const { report, folder, goesOn } = kept;
  const { releases, judged } = report;
  const shown = displayPath(folder, userFolder());
  printNote(
    `${id} on ${plural(releases.length, "release")} from ${releases[0]} to ${releases.at(-1)}, by halves\n`,
  );
  if (goesOn) {
    const known = judged.filter(({ judgement }) => judgement !== undefined).length;
    printNote(
      `going on with ${shown}, where ${plural(known, "release")} ${known === 1 ? "is" : "are"} judged\n`,
    );
  }
  const missing = releases.filter((version) => !installed.includes(version));
  if (missing.length === 0) return;
  if (published.kept) {
    printNote("the package registry cannot be reached: only installed releases can be judged\n");
    return;
  }
  const ends = missing.filter((version) => version === releases[0] || version === releases.at(-1)).length;
  const most = ends + Math.min(missing.length - ends, Math.ceil(Math.log2(releases.length - 1)));
  const atOnce = options.keep ? most : 1;
  const notice = await fetchNotice({ most, atOnce, folder: cache.folder });
  printNote(`${notice}. ${options.keep ? "They are kept" : "Each is removed when it is judged"}\n`);
}

/** Runs the scenario on a release as often as it takes, unless that is known already. */
async function judge(version: string, search: Search): Promise<Judgement> {
  const { kept, session, options } = search;
  const release = kept.of(version);
  if (release.judgement) return release.judgement;
  const obstacle = await makeReady(version, search);
  if (obstacle !== undefined) {
    release.judgement = "unknown";
    release.why = obstacle;
  }
  while (release.judgement === undefined) {
    await runOnce(release, search);
    const judgements = release.runs.map(({ judgement }) => judgement);
    release.judgement = settled(judgements, options.confirm);
    if (isFlaky(judgements)) release.flaky = true;
    const telling = release.runs.findLast(({ judgement }) => judgement === release.judgement);
    if (telling?.why) release.why = telling.why;
    else if (release.judgement === "unknown") release.why = "its runs do not agree";
    await kept.save();
  }
  session.signal.throwIfAborted();
  await removeFetched(version, search);
  await kept.save();
  printNote(`${version}: ${judgedText(release)}\n`);
  return release.judgement;
}

/** Installs a release if need be. @returns why it cannot be judged, if so */
async function makeReady(
  version: string,
  { scenarios, cache, published, kept, session: { signal } }: Search,
): Promise<string | undefined> {
  if (!isFor(scenarios, version)) return "the scenario is not for it";
  const isThere = (await cache.find(version)) !== undefined;
  if (!isThere) {
    if (published.kept) return "it is not installed, and the package registry cannot be reached";
    // An interrupted search still knows what it has fetched.
    if (!kept.report.fetched.includes(version)) kept.report.fetched.push(version);
    await kept.save();
  }
  const progress = streamProgress(process.stderr);
  const kind = new OpenClawKind(targetOf(version), { cacheFolder: cache.folder, env: process.env, progress });
  try {
    await kind.install(signal);
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    return problemText(error);
  }
}

async function runOnce(release: JudgedRelease, { id, options, session, kept }: Search): Promise<void> {
  const { version, runs } = release;
  const target = targetOf(version);
  const folder = await kept.nextRun(version);
  const startedAt = performance.now();
  const what = `${id} on ${formatTarget(target)}, run ${runs.length + 1}`;
  const { judgement, why } = await streamProgress(process.stderr).during(what, () =>
    runJudged(
      [id],
      {
        ...{ pack: options.pack, builtin: options.builtin, trust: options.trust },
        ...{ modelScript: options.modelScript, tag: [], row: [], fault: [], reporter: [] },
        ...{ gateway: target, out: folder, jobs: 1, quiet: true },
      },
      folder,
      session,
    ),
  );
  session.signal.throwIfAborted();
  runs.push({
    judgement,
    durationMs: Math.round(performance.now() - startedAt),
    report: relative(kept.folder, folder),
    ...(why === undefined ? {} : { why }),
  });
}

async function runJudged(
  ids: readonly string[],
  options: Parameters<typeof runScenarios>[1],
  folder: string,
  session: Session,
): Promise<{ judgement: Judgement; why: string | undefined }> {
  try {
    const exitCode = await runScenarios(ids, options, session);
    const judgement = exitCode === EXIT.passed ? "good" : exitCode === EXIT.failed ? "bad" : "unknown";
    return { judgement, why: judgement === "good" ? undefined : await whyNot(folder) };
  } catch (error) {
    session.signal.throwIfAborted();
    return { judgement: "unknown", why: problemText(error) };
  }
}

/** Why a run was no success, as its report says it first. */
async function whyNot(folder: string): Promise<string> {
  const reading = await readReport(join(folder, "report.json"));
  if ("problem" in reading) return reading.problem;
  const { scenarios } = reading.report;
  const scenario = scenarios.find(({ verdict }) => verdict !== "passed") ?? scenarios[0];
  const { failure, reason, cleanupProblems = [] } = scenario ?? {};
  const text = failure ? `${headlineOf(failure)} [${failure.code}]` : (reason ?? cleanupProblems.join(", "));
  return inShort(text || "its run could not be relied on");
}

async function removeFetched(
  version: string,
  { options, cache, kept: { report }, session: { signal } }: Search,
): Promise<void> {
  if (options.keep || !report.fetched.includes(version)) return;
  await removeRelease(cache, version, signal);
  report.fetched = report.fetched.filter((each) => each !== version);
}

/** `good (2 of 2 runs)`, `unknown: why`. */
function judgedText({ judgement, flaky, runs, why }: JudgedRelease): string {
  if (judgement === "unknown") return `unknown: ${why}`;
  const agreeing = runs.filter((run) => run.judgement === judgement).length;
  return `${judgement} (${agreeing} of ${plural(runs.length, "run")}${flaky ? ", flaky" : ""})`;
}

/** @throws what is no known error */
function problemText(error: unknown): string {
  if (error instanceof QaError) return inShort(redacted(`${error.message} [${error.code}]`));
  throw error;
}
