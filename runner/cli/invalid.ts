import { EXIT } from "../base/exit-codes.ts";
import { InvalidLanes } from "../lanes/invalid.ts";
import { InvalidScenarios } from "../plan/plan.ts";
import { formatDiagnostics } from "../scenario/source/format.ts";
import { userFolder } from "./workspace.ts";

/**
 * Tells what is wrong with the files that a command was to work with.
 * @returns the exit code
 * @throws whatever it is given, if it is something else
 */
export async function reportInvalid(error: unknown): Promise<number> {
  if (!(error instanceof InvalidScenarios || error instanceof InvalidLanes)) throw error;
  const text = await formatDiagnostics(error.diagnostics, process.stderr, userFolder());
  process.stderr.write(`${text}\n\nerror: ${error.message}  [${error.code}]\n${error.hint}\n`);
  return EXIT.invalid;
}
