import type { Command } from "commander";
import { addPackOption, addTagOption } from "./options.ts";

export interface ListOptions {
  pack: string[];
  tag: string[];
  json?: boolean;
}

export function addListCommand(program: Command, finish: (exitCode: number) => void): Command {
  const command = program
    .command("list")
    .description("list the scenarios: id, title, theme, gateways, guard")
    .option("--json", "print JSON");
  return addPackOption(addTagOption(command)).action(async (options: ListOptions) => {
    const { list } = await import("./commands/list.ts");
    finish(await list(options));
  });
}
