import { resolve } from "node:path";
import type { Command } from "commander";
import { EXIT } from "../../base/exit-codes.ts";
import { commandLine, userFolder } from "../../base/invocation.ts";
import { addOptions } from "../command-options.ts";
import type { OptionsOf } from "../options.ts";
import { examples } from "../output.ts";
import { printJson, printNote, printRedacted } from "../redacted.ts";
import { withSession } from "../session.ts";

/** A job's `secrets` are the names of variables. */
const NAMES = ["secrets"];

/** Declares `qa matrix`. */
export function addMatrixCommand(program: Command, finish: (exitCode: number) => void): Command {
  const command = program
    .command("matrix")
    .description(
      "print the jobs of lanes: what runs where and with which command, and what does not run and why",
    )
    .argument("[lanes...]", "names of lanes; default: all of the file")
    .addHelpText(
      "after",
      examples("qa matrix", "qa matrix smoke releases --format json", "qa matrix --out matrix.json"),
    );
  return addOptions(command, "matrix").action(async (names: string[], options: OptionsOf<"matrix">) =>
    finish(await matrix(names, options)),
  );
}

/** Prints what would run. Boots nothing. */
async function matrix(names: readonly string[], options: OptionsOf<"matrix">): Promise<number> {
  const [{ planLanes, writeMatrix }, { loadLanes }, { rejectErrors }, github, { matrixText }] =
    await Promise.all([
      import("../plan-lanes.ts"),
      import("../lanes-file.ts"),
      import("../../lanes/invalid.ts"),
      import("../../lanes/github.ts"),
      import("../../lanes/text.ts"),
    ]);
  return withSession(async ({ signal }) => {
    const lanes = loadLanes(options.lanes);
    const planned = await planLanes(names, options, signal);
    const forGithub = github.githubMatrix(planned);
    if (options.format === "github") rejectErrors(github.checkGithubLimits(forGithub, lanes));
    if (options.out) await writeMatrix(resolve(userFolder(), options.out), planned);
    // CI services show standard error, and read only standard output.
    if (options.format !== "text") for (const note of planned.notes) printNote(`note: ${note}\n`);
    const show = {
      gitlab: async () => {
        const { gitlabPipeline } = await import("../../lanes/gitlab.ts");
        const merge = commandLine(["merge", "shares", "--out", "merged", "--expect", "matrix.json"]);
        printRedacted(
          gitlabPipeline(planned, merge),
          (clean) => `${JSON.stringify(clean, undefined, 2)}\n`,
          NAMES,
        );
      },
      github: () => printRedacted(forGithub, (clean) => `${JSON.stringify(clean)}\n`, NAMES),
      json: () => printJson(planned, NAMES),
      text: () => printRedacted(planned, matrixText, NAMES),
    };
    await show[options.format]();
    return EXIT.passed;
  });
}
