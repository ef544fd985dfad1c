import { buildPackage } from "../../fixtures/gateway/build/package.ts";
import { attemptProgram } from "../../runner/run/attempt/host/program.ts";

/** Before all tests: in a fresh checkout every worker would build its own at the same time, and all would be late. */
export default async function buildFirst(): Promise<void> {
  await buildPackage();
  await attemptProgram();
}
