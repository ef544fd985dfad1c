import type { Command } from "commander";

export interface ReleaseCheckOptions {
  from: string;
  to: string;
  json?: boolean;
}

export function addReleaseCheckCommand(program: Command, finish: (exitCode: number) => void): Command {
  return program
    .command("release-check")
    .description(
      "install a release of the embedded gateway, have it update itself to another, and judge that",
    )
    .requiredOption("--from <version>", "version to install first, for instance 1.0.0")
    .requiredOption("--to <version>", "version to update to, for instance 1.1.0")
    .option("--json", "print the findings as JSON")
    .action(async (options: ReleaseCheckOptions) => {
      const { releaseCheck } = await import("./commands/release-check.ts");
      finish(await releaseCheck(options));
    });
}
