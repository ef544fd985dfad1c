import type { Command } from "commander";
import { EXIT } from "../../base/exit-codes.ts";
import type { RouteReport } from "../../release-check/check.ts";
import { addOptions } from "../command-options.ts";
import type { OptionsOf } from "../options.ts";
import { examples } from "../output.ts";
import { TEARDOWN_MS, withSession } from "../session.ts";
import { REPO_ROOT } from "../workspace.ts";

/** Declares `qa release-check`. */
export function addReleaseCheckCommand(program: Command, finish: (exitCode: number) => void): Command {
  const command = program
    .command("release-check")
    .description(
      "install a release of the embedded gateway, have it update itself to another, and check the result",
    )
    .addHelpText(
      "after",
      examples("qa release-check --from 1.0.0 --to 1.1.0", "qa release-check --from 1.0.0 --to 1.1.0 --json"),
    );
  return addOptions(command, "release-check").action(async (options: OptionsOf<"release-check">) =>
    finish(await releaseCheck(options)),
  );
}

/** Checks both ways to update, each on an install of its own. */
async function releaseCheck({ from, to, json }: OptionsOf<"release-check">): Promise<number> {
  const [{ EmbeddedKind }, { checkUpdate }, { ROUTES }] = await Promise.all([
    import("../../gateway/embedded/embedded.ts"),
    import("../../release-check/check.ts"),
    import("../../release-check/routes.ts"),
  ]);
  return withSession(async ({ signal, teardown }) => {
    const reports: RouteReport[] = [];
    let isClean = true;
    const onLeft = (problem: string) => {
      isClean = false;
      process.stderr.write(`clean-up: ${problem}\n`);
    };
    const kind = new EmbeddedKind(REPO_ROOT, teardown);
    for (const route of ROUTES) {
      const report = await checkUpdate(route, { kind, from, to, signal, onLeft });
      reports.push(report);
      if (!json) process.stdout.write(inWords(report));
    }
    for (const problem of await teardown.run(TEARDOWN_MS)) onLeft(problem);
    const passed = reports.every((report) => report.passed);
    if (json) process.stdout.write(`${JSON.stringify({ from, to, passed, routes: reports }, null, 2)}\n`);
    else process.stdout.write(`${from} to ${to}: ${passed ? "good to release" : "not good to release"}\n`);
    if (!passed) return EXIT.failed;
    return isClean ? EXIT.passed : EXIT.harness;
  });
}

function inWords({ route, findings }: RouteReport): string {
  const lines = findings.map(({ what, ok, seen }) => `  ${ok ? "✓" : "✗"} ${what}: ${seen}\n`);
  return `${route}\n${lines.join("")}`;
}
