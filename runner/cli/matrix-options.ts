import { type Command, Option } from "commander";
import { addLanesOptions, addPackOption } from "./options.ts";

export interface MatrixOptions {
  format: "github" | "json" | "text";
  lanes?: string;
  durations?: string;
  pack: string[];
  out?: string;
}

export function addMatrixCommand(program: Command, finish: (exitCode: number) => void): Command {
  const command = program
    .command("matrix")
    .description("print the jobs of lanes: what runs where, with which command, and what does not and why")
    .argument("[lanes...]", "names of lanes; default: all of the file")
    .addOption(
      new Option("--format <format>", "github is one line for fromJSON in a workflow")
        .choices(["text", "json", "github"])
        .default("text"),
    )
    .option("--out <file>", "write the whole matrix there as JSON too, for `qa merge --expect`");
  return addLanesOptions(addPackOption(command)).action(async (names: string[], options: MatrixOptions) => {
    const { matrix } = await import("./commands/matrix.ts");
    finish(await matrix(names, options));
  });
}
