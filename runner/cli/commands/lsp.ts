import type { Command } from "commander";
import packageJson from "../../../package.json" with { type: "json" };
import { QaError } from "../../base/errors.ts";
import { EXIT } from "../../base/exit-codes.ts";
import { userFolder } from "../../base/invocation.ts";
import { addOptions } from "../command-options.ts";
import { redacted } from "../redacted.ts";
import { repositoryRoot } from "../workspace.ts";

/** Declares `qa lsp`. */
export function addLspCommand(program: Command, finish: (exitCode: number) => void): Command {
  const command = program
    .command("lsp")
    .description("serve editors over stdin and stdout: diagnostics, completion, hover, layout, fixes")
    .addHelpText("after", "\ndocs/editors.md says how to set an editor up.");
  return addOptions(command, "lsp").action(async () => finish(await lsp()));
}

/**
 * Speaks the Language Server Protocol until the editor ends.
 * @throws QaError for input that is not the protocol
 */
async function lsp(): Promise<number> {
  const { serveLanguage } = await import("../../language/server.ts");
  const ending = await serveLanguage({
    input: process.stdin,
    output: process.stdout,
    version: packageJson.version,
    repoRoot: repositoryRoot(),
    cwd: userFolder(),
    redact: redacted,
  });
  if (ending === "garbled") {
    throw new QaError("what came in over stdin is not the Language Server Protocol", {
      code: "bad-message",
      fault: "environment",
      hint: "`qa lsp` is started by an editor: see docs/editors.md.",
    });
  }
  // As the protocol has it.
  return ending === "orderly" ? EXIT.passed : EXIT.failed;
}
