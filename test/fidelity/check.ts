import { join } from "node:path";
import { execa } from "execa";
import { findRelease } from "./release.ts";

/**
 * Compares with a release again, in a process of its own: the release's code is not the tests'. Skips when it is not
 * installed. @throws Error with the rows that are worse
 */
export async function checkAgain(
  version: string,
  args: readonly string[],
  skip: (reason: string) => never,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const found = await findRelease(version);
  if (typeof found === "string") skip(found);
  const main = join(import.meta.dirname, "main.ts");
  const run = await execa(process.execPath, [main, "--check", "--release", version, ...args], {
    env,
    reject: false,
    stdin: "ignore",
    all: true,
  });
  if (run.exitCode !== 0) throw new Error(`\`pnpm fidelity\` finds worse rows:\n${run.all}`);
}
