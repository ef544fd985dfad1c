import type { Command } from "commander";
import { Argument } from "commander";
import { EXIT } from "../../base/exit-codes.ts";
import { SHELLS, type Shell } from "../completion-scripts.ts";
import { examples } from "../output.ts";

/** Declares `qa completion`. */
export function addCompletionCommand(program: Command, finish: (exitCode: number) => void): Command {
  return program
    .command("completion")
    .description("print what a shell needs to complete commands, options and scenario ids")
    .addArgument(new Argument("<shell>", "the shell").choices(Object.keys(SHELLS)))
    .argument("[words...]", "after --, as the shell gives them: print what the last word may become")
    .addHelpText(
      "after",
      examples(
        "qa completion bash >> ~/.bashrc",
        "qa completion zsh >> ~/.zshrc",
        "qa completion fish > ~/.config/fish/completions/qa.fish",
      ),
    )
    .action(async (shell: Shell, words: string[]) => finish(await complete(shell, words)));
}

async function complete(shell: Shell, words: readonly string[]): Promise<number> {
  if (words.length === 0) {
    process.stdout.write(SHELLS[shell]);
    return EXIT.passed;
  }
  const { candidatesFor } = await import("../completion.ts");
  const candidates = await candidatesFor(words);
  process.stdout.write(candidates.map(({ value, about }) => `${value}\t${about}\n`).join(""));
  return EXIT.passed;
}
