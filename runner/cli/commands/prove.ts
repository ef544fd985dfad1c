import type { Command } from "commander";
import { addOptions } from "../command-options.ts";
import type { OptionsOf } from "../options.ts";
import { examples } from "../output.ts";
import { withSession } from "../session.ts";

/** Declares `qa prove`. */
export function addProveCommand(program: Command, finish: (exitCode: number) => void): Command {
  const command = program
    .command("prove")
    .description("see whether scenarios fail when the gateway is broken, in each way that they come by")
    .argument("[ids...]", "scenario ids, globs over ids, or files and folders of scenarios")
    .addHelpText(
      "after",
      examples(
        "qa prove dm-chat-baseline",
        "qa prove --pack ../my-plugin/qa --min 80",
        "qa prove --all --budget 30m --junit prove.xml",
        "qa prove my-scenario --fault 'channel.*'",
        "qa prove --crash plugin-install-restart",
        "qa prove --all --generated 400 --seed 1 --healthy 2 --budget 50m",
        "qa prove --all --vacuous",
      ),
    );
  return addOptions(command, "prove").action(async (ids: string[], options: OptionsOf<"prove">) => {
    finish(await withSession(async (session) => (await proofFor(options))(ids, options, session)));
  });
}

/** What is to be proven decides what is loaded. */
async function proofFor({ crash, generated, vacuous }: OptionsOf<"prove">) {
  if (crash) return (await import("../crash-run.ts")).crash;
  if (vacuous) return (await import("../prove-vacuous.ts")).proveVacuous;
  if (generated !== undefined) return (await import("../prove-generated.ts")).proveGenerated;
  return (await import("../prove-run.ts")).prove;
}
