import type { Command } from "commander";
import { addModelScriptOption, addPackOption } from "./options.ts";

export interface CheckOptions {
  pack: string[];
  modelScript: string[];
  lanes?: string;
  json?: boolean;
}

export function addCheckCommand(program: Command, finish: (exitCode: number) => void): Command {
  const command = program
    .command("check")
    .description(
      "find everything that can be wrong with scenarios, lanes and quarantine before a gateway boots",
    )
    .argument("[paths...]", "files or folders; default: all of this repository's scenarios and its lanes")
    .option("--lanes <file>", "check this lanes file, its packs and the quarantine list beside it instead")
    .option("--json", "print { files, diagnostics } as JSON");
  return addModelScriptOption(addPackOption(command)).action(
    async (paths: string[], options: CheckOptions) => {
      const { check } = await import("./commands/check.ts");
      finish(await check(paths, options));
    },
  );
}
