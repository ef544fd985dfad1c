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
      ),
    );
  return addOptions(command, "prove").action(async (ids: string[], options: OptionsOf<"prove">) => {
    if (options.crash) {
      const { crash } = await import("../crash-run.ts");
      finish(await withSession((session) => crash(ids, options, session)));
      return;
    }
    const { prove } = await import("../prove-run.ts");
    finish(await withSession((session) => prove(ids, options, session)));
  });
}
