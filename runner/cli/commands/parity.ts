import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { UsageError } from "../../base/errors.ts";
import { commandLine, userFolder } from "../../base/invocation.ts";
import { displayPath } from "../../base/paths.ts";
import { formatTarget } from "../../base/target.ts";
import type { GatewayRun } from "../../parity/gateway-run.ts";
import { addOptions, toArgs, withIds } from "../command-options.ts";
import type { OptionsOf } from "../options.ts";
import { examples } from "../output.ts";
import { print } from "../redacted.ts";
import { newRunId, withSession } from "../session.ts";
import { outFolder } from "../workspace.ts";

type ParityOptions = OptionsOf<"parity">;

/** Declares `qa parity`. */
export function addParityCommand(program: Command, finish: (exitCode: number) => void): Command {
  const command = program
    .command("parity")
    .description("run the same scenarios on several gateways and report where they differ")
    .argument(
      "[ids...]",
      "scenario ids, globs over ids such as 'config-*', or files and folders of scenarios",
    )
    .addHelpText(
      "after",
      examples(
        "qa parity --all --gateways embedded,openclaw@latest",
        "qa parity 'config-*' --gateways openclaw@2026.4.26,openclaw@2026.4.27",
        "qa parity --reports reports/before,reports/after --page",
      ),
    );
  return addOptions(command, "parity").action(async (ids: string[], options: ParityOptions) =>
    finish(await parity(ids, options)),
  );
}

/** Runs the scenarios on each gateway, or takes finished runs, and reports where they differ. */
function parity(ids: readonly string[], options: ParityOptions): Promise<number> {
  return withSession(async (session) => {
    const { gateways = [], reports } = options;
    rejectContradictions(ids, options);
    let folder: string | undefined;
    const makeFolder = async () => {
      folder = outFolder(options.out, "comparison", `parity-${newRunId()}`);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      return folder;
    };
    const runs = reports
      ? await readRuns(reports)
      : await (await import("../run-on-each.ts")).runOnEach(gateways, ids, options, { makeFolder, session });
    return report(runs, {
      out: folder ?? (await makeFolder()),
      args: withIds("parity", ids, toArgs(options)),
      page: options.page === true,
      interrupted: session.signal.aborted,
    });
  });
}

/** @throws UsageError for what is wrong with the command line alone */
function rejectContradictions(ids: readonly string[], options: ParityOptions): void {
  const { gateways = [], reports, all, tag, jobs, page } = options;
  if (options.gateways && reports) {
    throw new UsageError("--gateways runs scenarios, --reports does not", "Give one of the two.");
  }
  if (page && (reports ?? gateways).length > 2) {
    throw new UsageError("--page shows two gateways side by side", "Name two, or leave out --page.");
  }
  if (reports) {
    if (ids.length > 0 || all || tag.length > 0 || jobs) {
      throw new UsageError(
        "--reports compares all that the reports hold",
        "Leave out ids, --all, --tag and --jobs.",
      );
    }
    if (reports.length < 2) throw tooFew("--reports", "the folders of two reports");
    return;
  }
  if (gateways.length < 2) throw tooFew("--gateways", "two gateways, for instance embedded,openclaw@latest");
  const names = gateways.map(formatTarget);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice) throw new UsageError(`--gateways names ${twice} twice`, "Name every gateway once.");
}

function tooFew(option: string, what: string): UsageError {
  return new UsageError("there is nothing to compare", `Give ${option} ${what}.`);
}

async function readRuns(folders: readonly string[]): Promise<GatewayRun[]> {
  const { readRun } = await import("../../parity/gateway-run.ts");
  const runs: GatewayRun[] = [];
  // In order, so that the first unreadable one is always the one that is named.
  for (const folder of folders) {
    runs.push({ ...(await readRun(resolve(userFolder(), folder))), folder });
  }
  return runs;
}

async function report(
  runs: readonly GatewayRun[],
  {
    out,
    args,
    page,
    interrupted,
  }: { out: string; args: readonly string[]; page: boolean; interrupted: boolean },
): Promise<number> {
  const [{ compareRuns }, { writeComparison, writePage }, { renderText }] = await Promise.all([
    import("../../parity/compare.ts"),
    import("../../parity/write.ts"),
    import("../../parity/render-text.ts"),
  ]);
  const comparison = compareRuns(runs, { command: commandLine(args), createdAt: new Date(), interrupted });
  await writeComparison(comparison, out);
  const [first, second] = runs;
  if (page && first && second) await writePage(comparison, [first, second], out);
  const shown = (name: string) => displayPath(join(out, name), userFolder());
  print(`\n${renderText(comparison)}Report: ${shown("parity.md")}\n`);
  if (page) print(`Page: ${shown("page.html")}\n`);
  return comparison.exitCode;
}
