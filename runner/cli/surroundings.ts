import { Teardown } from "../lifecycle/teardown.ts";
import { formatDiagnostics } from "../scenario/format.ts";
import { InvalidScenarios } from "./choose.ts";
import { EXIT } from "./exit.ts";
import { watchInterrupt } from "./interrupt.ts";
import { type StrayRejections, watchStrayRejections } from "./stray-rejections.ts";
import { userFolder } from "./workspace.ts";

/** Time to end what all scenarios of a run shared. */
const TEARDOWN_MS = 10_000;

/** What every command that runs scenarios has around it. */
export interface Surroundings {
  signal: AbortSignal;
  strays: StrayRejections;
  teardown: Teardown;
}

/** Ends in good order on Ctrl-C, tears down, and shows what is wrong with scenario files as `qa check` does. */
export async function withSurroundings(
  action: (surroundings: Surroundings) => Promise<number>,
): Promise<number> {
  const interrupt = watchInterrupt();
  const strays = watchStrayRejections();
  const teardown = new Teardown();
  try {
    return await action({ signal: interrupt.signal, strays, teardown });
  } catch (error) {
    if (!(error instanceof InvalidScenarios)) throw error;
    const text = await formatDiagnostics(error.diagnostics, process.stderr, userFolder());
    process.stderr.write(`${text}\n\nerror: ${error.message}  [${error.code}]\n${error.hint}\n`);
    return EXIT.invalid;
  } finally {
    for (const problem of await teardown.run(TEARDOWN_MS)) process.stderr.write(`clean-up: ${problem}\n`);
    interrupt.dispose();
    strays.dispose();
  }
}
