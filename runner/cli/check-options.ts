import type { Command } from "commander";
import { addModelScriptOption, addPackOption } from "./options.ts";

export interface CheckOptions {
  pack: string[];
  modelScript: string[];
  json?: boolean;
}

export function addCheckCommand(program: Command, finish: (exitCode: number) => void): Command {
  const command = program
    .command("check")
    .description("find everything that can be wrong with scenario files before a gateway boots")
    .argument("[paths...]", "files or folders; default: all of this repository's scenarios")
    .option("--json", "print { files, diagnostics } as JSON");
  return addModelScriptOption(addPackOption(command)).action(
    async (paths: string[], options: CheckOptions) => {
      const { check } = await import("./check.ts");
      finish(await check(paths, options));
    },
  );
}
