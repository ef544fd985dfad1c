import { Teardown } from "../base/teardown.ts";
import { watchInterrupt } from "./interrupt.ts";
import { reportInvalid } from "./invalid.ts";
import { type StrayRejections, watchStrayRejections } from "./stray-rejections.ts";

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
    return await reportInvalid(error);
  } finally {
    for (const problem of await teardown.run(TEARDOWN_MS)) process.stderr.write(`clean-up: ${problem}\n`);
    interrupt.dispose();
    strays.dispose();
  }
}
