import type { Command } from "commander";
import { commandLine } from "../../base/invocation.ts";
import { addOptions, toArgs, withIds } from "../command-options.ts";
import type { OptionsOf } from "../options.ts";
import { examples } from "../output.ts";
import { withSession } from "../session.ts";

/** Declares `qa rehearse`. */
export function addRehearseCommand(program: Command, finish: (exitCode: number) => void): Command {
  const command = program
    .command("rehearse")
    .description("may this installation take a release? Takes a copy of it through the update, and back")
    .addHelpText(
      "after",
      examples(
        "qa rehearse --to latest",
        "qa rehearse --state ./backup.tgz --from 2026.4.26 --to 2026.9.6",
        "qa rehearse --state state:two-agents --to 2026.9.6",
        "qa rehearse --state state:all --to latest --json",
      ),
    );
  return addOptions(command, "rehearse").action(async (options: OptionsOf<"rehearse">) =>
    finish(
      await withSession(async (session) => {
        if (options.state === "state:all") {
          const { rehearseAll } = await import("../rehearse-all.ts");
          return rehearseAll(options, session);
        }
        const { rehearseState } = await import("../rehearse-run.ts");
        return rehearseState(options, commandLine(withIds("rehearse", [], toArgs(options))), session);
      }),
    ),
  );
}
