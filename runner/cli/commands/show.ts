import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Command } from "commander";
import { UsageError } from "../../base/errors.ts";
import { EXIT } from "../../base/exit-codes.ts";
import { userFolder } from "../../base/invocation.ts";
import { displayPath } from "../../base/paths.ts";
import { suggestion } from "../../base/suggest.ts";
import type { Evidence } from "../../report/page/evidence-text.ts";
import type { StoredRun } from "../../report/page/read-run.ts";
import type { ScenarioReport } from "../../report/schema/report-schema.ts";
import { addOptions } from "../command-options.ts";
import type { OptionsOf } from "../options.ts";
import { examples } from "../output.ts";
import { print, printRedacted } from "../redacted.ts";
import { reportsFolder, requireFolder } from "../workspace.ts";

/** Earlier verdicts of a scenario. */
const SHOWN_BEFORE = 10;

/** Declares `qa show`. */
export function addShowCommand(program: Command, finish: (exitCode: number) => void): Command {
  const command = program
    .command("show")
    .description("look at a run, or at two side by side: its page in a browser, or the same evidence here")
    .argument("[run]", "folder of a run, or one above (default: the last run below reports/)")
    .argument("[other]", "another one, to be shown beside it")
    .addHelpText(
      "after",
      examples(
        "qa show",
        "qa show reports/monday --scenario dm-chat-baseline",
        "qa show reports/before reports/after",
        "qa show --text",
        "qa show --text --scenario dm-chat-baseline --step 2 --model --log",
      ),
    );
  return addOptions(command, "show").action(
    async (run: string | undefined, other: string | undefined, options: OptionsOf<"show">) =>
      finish(await (other === undefined ? show(run, options) : showBoth([run, other], options))),
  );
}

/** A failure that is shown is not one of this command. */
async function show(typed: string | undefined, options: OptionsOf<"show">): Promise<number> {
  const folder = await runFolder(typed);
  const { readRun } = await import("../../report/page/read-run.ts");
  const shown = displayPath(folder, userFolder());
  const run = await readRun(folder, shown);
  if (options.scenario !== undefined) requireScenario(run, options.scenario);
  if (asksForText(options)) await printText(run, options);
  else await openPage(folder, run, options);
  return EXIT.passed;
}

/** Two runs side by side. The page lies beside the second one's report. */
async function showBoth(typed: readonly (string | undefined)[], options: OptionsOf<"show">): Promise<number> {
  const [{ readRun }, { renderPage }, { replaceFile }] = await Promise.all([
    import("../../report/page/read-run.ts"),
    import("../../report/page/page.ts"),
    import("../../base/files.ts"),
  ]);
  const folders = await Promise.all(typed.map(runFolder));
  const runs = await Promise.all(
    folders.map(async (folder) => {
      const name = displayPath(folder, userFolder());
      return { ...(await readRun(folder, name)), name };
    }),
  );
  if (asksForText(options)) {
    const { comparisonLines } = await import("../../report/page/comparison-text.ts");
    printRedacted(await comparisonLines(runs, options.scenario), (clean) => `${clean.join("\n")}\n`);
    return EXIT.passed;
  }
  const path = join(folders.at(-1) ?? "", "comparison.html");
  await replaceFile(path, await renderPage(runs));
  await present(path, options);
  return EXIT.passed;
}

/** The folder of the run that is meant. @throws UsageError if there is none */
async function runFolder(typed: string | undefined): Promise<string> {
  const cwd = userFolder();
  const root = typed === undefined ? reportsFolder() : resolve(cwd, typed);
  await requireFolder(root, displayPath(root, cwd));
  if (["report.json", "events.jsonl"].some((name) => existsSync(join(root, name)))) return root;
  const { findLastRun } = await import("../../results/last-run.ts");
  const { last } = await findLastRun(root);
  if (last) return last.folder;
  throw new UsageError(
    `there is no report below ${displayPath(root, cwd)}`,
    "Run something first, or give the folder of a report.",
  );
}

function requireScenario({ report }: StoredRun, id: string): ScenarioReport {
  const found = report.scenarios.find((scenario) => scenario.id === id);
  if (found) return found;
  const ids = report.scenarios.map((scenario) => scenario.id);
  throw new UsageError(`the run has no scenario ${id}`, suggestion(id, ids));
}

async function printText(run: StoredRun, options: OptionsOf<"show">): Promise<void> {
  const { decisiveView, withoutRecord } = await import("../../report/page/attempt-view.ts");
  const { evidenceLines } = await import("../../report/page/evidence-text.ts");
  const { eventsByScenario } = await import("../../report/page/read-run.ts");
  const events = await eventsByScenario(run);
  const evidence = evidenceIn(options);
  const { scenarios, counts } = run.report;
  const chosen =
    options.scenario === undefined
      ? scenarios.filter(({ verdict }) => verdict === "failed" || verdict === "blocked")
      : [requireScenario(run, options.scenario)];
  if (chosen.length === 0) {
    print(
      `${counts.passed} of ${counts.total} passed, and nothing failed. --scenario <id> shows one of them.\n`,
    );
  }
  for (const [index, scenario] of chosen.entries()) {
    const view = decisiveView(events.get(scenario.id) ?? [], scenario.verdict);
    const lines = evidenceLines(scenario, view ?? withoutRecord(scenario), {
      evidence,
      ...(options.step === undefined ? {} : { step: options.step - 1 }),
    });
    printRedacted(lines, (clean) => `${index > 0 ? "\n" : ""}${clean.join("\n")}\n`);
  }
}

function asksForText(options: OptionsOf<"show">): boolean {
  return options.text || options.step !== undefined || evidenceIn(options).length > 0;
}

function evidenceIn({ messages, showModel, calls, showConfig, log }: OptionsOf<"show">): Evidence[] {
  const asked: Readonly<Record<Evidence, boolean | undefined>> = {
    messages,
    model: showModel,
    calls,
    config: showConfig,
    log,
  };
  return (Object.keys(asked) as Evidence[]).filter((name) => asked[name]);
}

async function openPage(folder: string, run: StoredRun, options: OptionsOf<"show">): Promise<void> {
  const path = join(folder, "report.html");
  // A run that was killed has none; one that was stored by another program may have none.
  if (!existsSync(path) || options.history !== undefined) {
    const { renderPage } = await import("../../report/page/page.ts");
    const { replaceFile } = await import("../../base/files.ts");
    const history = options.history === undefined ? {} : { history: await historyIn(options.history, run) };
    await replaceFile(path, await renderPage([{ ...run, ...history }]));
  }
  await present(path, options);
}

/** The last verdicts on this run's gateway before this run, oldest first, by scenario. */
async function historyIn(typed: string, { report }: StoredRun): Promise<ReadonlyMap<string, string[]>> {
  const { readPast } = await import("../../results/history/samples.ts");
  const cwd = userFolder();
  const root = resolve(cwd, typed);
  await requireFolder(root, displayPath(root, cwd));
  const { samples } = await readPast(root, (path) => displayPath(path, cwd));
  const before = samples.filter(({ gateway, at }) => gateway === report.gateway && at < report.startedAt);
  const byId = Map.groupBy(before, ({ id }) => id);
  return new Map([...byId].map(([id, own]) => [id, own.slice(-SHOWN_BEFORE).map(({ verdict }) => verdict)]));
}

/** Prints the path of a page, and opens it where somebody sees it. */
async function present(path: string, options: OptionsOf<"show">): Promise<void> {
  print(`${path}\n`);
  if (options.noOpen || !process.stdout.isTTY) return;
  const { openInBrowser } = await import("../open-in-browser.ts");
  const page = pathToFileURL(path);
  if (options.scenario !== undefined) page.hash = encodeURIComponent(options.scenario);
  openInBrowser(page.href);
}
