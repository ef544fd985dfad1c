import type { Command } from "commander";
import { EXIT } from "../../base/exit-codes.ts";
import type { PhaseReport } from "../../release-check/check.ts";
import { addOptions } from "../command-options.ts";
import type { OptionsOf } from "../options.ts";
import { examples } from "../output.ts";
import { print, printJson, printNote } from "../redacted.ts";
import { TEARDOWN_MS, withSession } from "../session.ts";

/** Declares `qa release-check`. */
export function addReleaseCheckCommand(program: Command, finish: (exitCode: number) => void): Command {
  const command = program
    .command("release-check")
    .description("check a release: a fresh install of it, and the updates to it from another release")
    .addHelpText(
      "after",
      examples(
        "qa release-check --from 1.0.0 --to 1.1.0",
        "qa release-check --to openclaw@2026.9.6 --phase fresh",
        "qa release-check --from openclaw@2026.4.26 --to openclaw@2026.9.6 --json",
        "qa release-check --from openclaw@2026.4.26 --via openclaw@2026.6.11 --to openclaw@2026.9.6",
      ),
    );
  return addOptions(command, "release-check").action(async (options: OptionsOf<"release-check">) =>
    finish(await releaseCheck(options)),
  );
}

/** Its exit code: 1 for a release that is not good, 4 where that cannot be said, or something is left. */
async function releaseCheck({ from, via, to, phase, json }: OptionsOf<"release-check">): Promise<number> {
  const { checkRelease, PHASES } = await import("../../release-check/phases.ts");
  return withSession(async ({ signal, teardown }) => {
    let isClean = true;
    const onLeft = (problem: string) => {
      isClean = false;
      printNote(`clean-up: ${problem}\n`);
    };
    const report = await checkRelease({ from, via, to }, phase === undefined ? PHASES : [phase], {
      env: process.env,
      teardown,
      signal,
      onLeft,
      onPhase: (title, done) => {
        if (!json) print(inWords(title, done));
      },
    });
    for (const problem of await teardown.run(TEARDOWN_MS)) onLeft(problem);
    const done = [report.fresh, ...(report.routes ?? [])].filter((each) => each !== undefined);
    const isBlocked = done.some(({ blocked }) => blocked !== undefined);
    const failed = done.some(({ passed, blocked }) => !passed && blocked === undefined);
    if (json) printJson(report);
    else {
      const verdict = failed ? "not good to release" : isBlocked ? "cannot be said here" : "good to release";
      const path = [report.from, ...(report.via ?? []), report.to].join(" to ");
      print(`${path}: ${verdict}\n`);
    }
    if (failed) return EXIT.failed;
    return isClean && !isBlocked ? EXIT.passed : EXIT.harness;
  });
}

function inWords(title: string, { findings, blocked }: PhaseReport): string {
  const lines = findings.map(({ what, ok, seen }) => `  ${ok ? "✓" : "✗"} ${what}: ${seen}\n`);
  const end = blocked === undefined ? "" : `  - ${blocked}\n`;
  return `${title}\n${lines.join("")}${end}`;
}
