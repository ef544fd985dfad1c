import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { QaError, UsageError } from "../../base/errors.ts";
import { replaceFile } from "../../base/replace-file.ts";
import type { GatewayKind } from "../../gateway/gateway.ts";
import { resolveGatewayKind } from "../../gateway/kinds.ts";
import { commandLine } from "../../lanes/job.ts";
import { compareRuns } from "../../parity/compare.ts";
import { type GatewayRun, readRun } from "../../parity/gateway-run.ts";
import { renderMarkdown } from "../../parity/render-markdown.ts";
import { renderText } from "../../parity/render-text.ts";
import { offerOf } from "../../plan/capabilities.ts";
import { fits } from "../../plan/eligibility.ts";
import { chooseModel } from "../../plan/model.ts";
import { InvalidScenarios, selectReadable } from "../../plan/plan.ts";
import type { Selected } from "../../plan/selection.ts";
import { exitCodeFor } from "../../report/exit-code.ts";
import { loadCatalog } from "../../scenario/catalog/catalog.ts";
import type { ParityOptions } from "../parity-options.ts";
import { newRunId } from "../run-id.ts";
import { runScenarios } from "../run-scenarios.ts";
import { type Surroundings, withSurroundings } from "../surroundings.ts";
import { REPO_ROOT, userFolder } from "../workspace.ts";

/** A gateway to be compared, and the scenarios that are for it. */
interface Candidate {
  target: string;
  kind: GatewayKind;
  ids: string[];
  /** Those that the user named, and did not only match. */
  named: string[];
}

/** `qa parity`: one run per gateway, or runs that are there already, then a report on where they differ. */
export function parity(ids: readonly string[], options: ParityOptions): Promise<number> {
  return withSurroundings(async (surroundings) => {
    const { gateways, reports } = options;
    if (gateways && reports) {
      throw new UsageError("--gateways runs scenarios, --reports does not", "Give one of the two.");
    }
    if (reports) return compareReports(reports, ids, options);
    return runAndCompare(gateways ?? [], ids, options, surroundings);
  });
}

async function compareReports(
  folders: readonly string[],
  ids: readonly string[],
  options: ParityOptions,
): Promise<number> {
  if (ids.length > 0 || options.all || options.tag.length > 0 || options.jobs) {
    throw new UsageError(
      "--reports compares all that the reports hold",
      "Leave out ids, --all, --tag and --jobs.",
    );
  }
  if (folders.length < 2) throw tooFew("--reports", "the folders of two reports");
  const cwd = userFolder();
  const runs: GatewayRun[] = [];
  // In order, so that of several that cannot be read it is always the first that is named.
  for (const folder of folders) {
    const { report, answers } = await readRun(resolve(cwd, folder));
    runs.push({ target: report?.gateway ?? "", folder, report, answers, problem: problemOf(report) });
  }
  return finish(runs, {
    out: await outFolder(options),
    command: commandLine(["parity", "--reports", folders.join(",")]),
    interrupted: false,
  });
}

async function runAndCompare(
  targets: readonly string[],
  ids: readonly string[],
  options: ParityOptions,
  surroundings: Surroundings,
): Promise<number> {
  if (targets.length < 2) throw tooFew("--gateways", "two gateways, for instance embedded,openclaw@latest");
  const twice = targets.find((target, index) => targets.indexOf(target) !== index);
  if (twice) throw new UsageError(`--gateways names ${twice} twice`, "Name every gateway once.");
  const candidates = await chooseForEach(targets, ids, options, surroundings);
  const out = await outFolder(options);
  const { signal } = surroundings;
  // What can be wrong with a gateway's name or install shows before the first scenario runs.
  const problems = new Map<string, string>();
  for (const { target, kind, ids } of candidates) {
    if (ids.length > 0) await kind.prepare(signal).catch((error) => problems.set(target, problemText(error)));
  }
  const runs: GatewayRun[] = [];
  for (const candidate of candidates) {
    const problem = problems.get(candidate.target);
    runs.push(
      problem !== undefined || signal.aborted
        ? { target: candidate.target, folder: undefined, report: undefined, answers: new Map(), problem }
        : await runOne(candidate, out, options, surroundings),
    );
  }
  return finish(runs, {
    out,
    command: commandLine([
      "parity",
      ...ids,
      ...(options.all ? ["--all"] : []),
      ...options.tag.flatMap((tag) => ["--tag", tag]),
      ...options.pack.flatMap((pack) => ["--pack", pack]),
      ...(options.trust ? ["--trust"] : []),
      ...options.modelScript.flatMap((path) => ["--model-script", path]),
      ...(options.retries ? ["--retries", `${options.retries}`] : []),
      "--gateways",
      targets.join(","),
    ]),
    interrupted: signal.aborted,
  });
}

/** @throws UsageError when the choice is wrong, or no scenario is for two of the gateways */
async function chooseForEach(
  targets: readonly string[],
  patterns: readonly string[],
  options: ParityOptions,
  { teardown }: Surroundings,
): Promise<Candidate[]> {
  const catalog = await loadCatalog({
    repoRoot: REPO_ROOT,
    packs: options.pack,
    ...(options.trust ? { trust: true } : {}),
    modelScripts: options.modelScript,
    cwd: userFolder(),
  });
  const selected = selectReadable(catalog, { patterns, tags: options.tag, all: options.all === true });
  const candidates = await Promise.all(
    targets.map(async (target): Promise<Candidate> => {
      const kind = await resolveGatewayKind(target, { repoRoot: REPO_ROOT, env: process.env, teardown });
      const fitting = selected.filter(({ scenario }) =>
        fits(scenario, offerOf(kind, chooseModel(undefined, kind.name, process.env), process.env)),
      );
      const named = fitting.filter((choice) => choice.named);
      return { target, kind, ids: fitting.map(idOf), named: named.map(idOf) };
    }),
  );
  const shared = selected.some(
    ({ scenario }) => candidates.filter(({ ids }) => ids.includes(scenario.id)).length > 1,
  );
  if (shared) return candidates;
  throw new UsageError(
    "none of the chosen scenarios is for two of these gateways",
    "`qa list` shows what each scenario needs.",
  );
}

function idOf({ scenario }: Selected): string {
  return scenario.id;
}

/** Through `qa run`'s own way, so that every gateway's report is one that `qa run` would have made. */
async function runOne(
  { target, ids, named }: Candidate,
  out: string,
  options: ParityOptions,
  surroundings: Surroundings,
): Promise<GatewayRun> {
  const name = target.replaceAll(/[^\w.@-]+/g, "-");
  const folder = join(out, name);
  const nothing = { target, folder: undefined, report: undefined, answers: new Map() };
  if (ids.length === 0) return { ...nothing, problem: "none of the chosen scenarios is for it" };
  process.stdout.write(`\n── ${target}\n\n`);
  try {
    await runScenarios(
      ids,
      {
        ...shared(options),
        tag: [],
        fault: [],
        reporter: [],
        gateway: target,
        out: folder,
        named,
      },
      surroundings,
    );
  } catch (error) {
    return { ...nothing, problem: problemText(error) };
  }
  const { report, answers } = await readRun(folder);
  return { target, folder: name, report, answers, problem: problemOf(report) };
}

/** What every gateway's run has of the command's options. */
function shared({ pack, trust, modelScript, jobs, retries }: ParityOptions) {
  return {
    pack,
    modelScript,
    ...(trust ? { trust } : {}),
    ...(jobs ? { jobs } : {}),
    ...(retries ? { retries } : {}),
  };
}

/** What makes a finished run no ground for a comparison. */
function problemOf(report: GatewayRun["report"]): string | undefined {
  if (!report) return undefined;
  if (report.interrupted) return "its run was interrupted";
  const untidy = report.scenarios.filter(({ cleanupProblems }) => cleanupProblems.length > 0);
  if (untidy.length > 0) return `not everything was torn down: ${untidy.map(({ id }) => id).join(", ")}`;
  const expected = exitCodeFor(report, 0);
  if (report.exitCode === expected) return undefined;
  return `its run ended with exit code ${report.exitCode}, and its scenarios give ${expected}: a reporter failed, or something that no step waited for`;
}

/** @throws what is wrong with the command or the scenarios, and defects of the runner */
function problemText(error: unknown): string {
  const others = error instanceof UsageError || error instanceof InvalidScenarios;
  if (error instanceof QaError && !others) return `${error.message} [${error.code}]`;
  throw error;
}

async function finish(
  runs: readonly GatewayRun[],
  { out, command, interrupted }: { out: string; command: string; interrupted: boolean },
): Promise<number> {
  const report = compareRuns(runs, { command, createdAt: new Date(), interrupted });
  await replaceFile(join(out, "parity.json"), `${JSON.stringify(report, null, 2)}\n`);
  await replaceFile(join(out, "parity.md"), renderMarkdown(report));
  const path = relative(userFolder(), join(out, "parity.md"));
  process.stdout.write(`\n${renderText(report)}Report: ${path}\n`);
  return report.exitCode;
}

/** @throws UsageError when it holds a comparison already */
async function outFolder({ out }: ParityOptions): Promise<string> {
  const folder = out ? resolve(userFolder(), out) : join(REPO_ROOT, "reports", `parity-${newRunId()}`);
  if (existsSync(join(folder, "parity.json"))) {
    throw new UsageError(`${folder} holds a comparison already`, "Give --out a folder that is new or empty.");
  }
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return folder;
}

function tooFew(option: string, what: string): UsageError {
  return new UsageError("there is nothing to compare", `Give ${option} ${what}.`);
}
