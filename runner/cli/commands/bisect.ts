import { join } from "node:path";
import type { Command } from "commander";
import { userFolder } from "../../base/invocation.ts";
import { displayPath } from "../../base/paths.ts";
import { plural } from "../../base/text.ts";
import type { BisectReport, JudgedRelease } from "../../bisect/bisect-schema.ts";
import type { BisectOptions } from "../bisect-asked.ts";
import { addOptions } from "../command-options.ts";
import { examples, textTable } from "../output.ts";
import { print, printJson, printNote } from "../redacted.ts";
import { withSession } from "../session.ts";

/** Declares `qa bisect`. */
export function addBisectCommand(program: Command, finish: (exitCode: number) => void): Command {
  const command = program
    .command("bisect")
    .description("find the published release in which a scenario began to fail")
    .argument("<id>", "the scenario's id")
    .addHelpText(
      "after",
      examples(
        "qa bisect dm-routing --good 2026.4.26 --bad 2026.9.6",
        "qa bisect dm-routing --good 2026.4.26 --bad latest --confirm 1 --json",
      ),
    );
  return addOptions(command, "bisect").action(async (id: string, options: BisectOptions) =>
    finish(await bisectCommand(id, options)),
  );
}

function bisectCommand(id: string, options: BisectOptions): Promise<number> {
  return withSession(async (session) => {
    const { bisectReleases } = await import("../bisect-releases.ts");
    try {
      const { report, folder } = await bisectReleases(id, options, session);
      const { result } = report;
      if (!result) throw new Error("a search that came to its end has a result");
      if (options.json) printJson(report);
      else print(`\n${inWords(report)}Report: ${displayPath(folder, userFolder())}\n`);
      return result.exitCode;
    } catch (error) {
      if (session.signal.aborted) printNote("what was judged is kept: the same command goes on from there\n");
      throw error;
    }
  });
}

const SAYS = { good: "passes", bad: "fails", unknown: "unknown" } as const;

/** What was tried, in the order of releases, the answer, and the first difference. */
function inWords({ releases, judged, result }: BisectReport): string {
  const tried = releases.flatMap((version) => judged.filter((release) => release.version === version));
  const rows = tried.map((release) => [
    release.version,
    SAYS[release.judgement ?? "unknown"],
    agreement(release),
    release.why ?? "",
  ]);
  const lines = [`${textTable([["release", "scenario", "runs", "why"], ...rows])}\n${result?.sentence}.\n`];
  const { difference } = result ?? {};
  if (difference?.step) {
    const { index, name, statuses } = difference.step;
    lines.push(`First different step: ${index + 1}, ${name}: ${statuses.join(", then ")}.\n`);
  }
  for (const { method, path, kinds, more } of difference?.answers ?? []) {
    const others = more > 0 ? `, and ${more} more` : "";
    lines.push(
      `${method} answers differently: ${path || "the answer"}: ${kinds.join(", then ")}${others}.\n`,
    );
  }
  if (difference)
    lines.push(`The whole comparison: ${join(difference.folder, "parity.md")} in the report.\n`);
  return lines.join("");
}

function agreement({ judgement, runs, flaky }: JudgedRelease): string {
  if (runs.length === 0) return "";
  const agreeing = runs.filter((run) => run.judgement === judgement).length;
  return `${agreeing} of ${plural(runs.length, "run")}${flaky ? ", flaky" : ""}`;
}
