import { QaError } from "../base/errors.ts";
import { EXIT } from "../base/exit-codes.ts";

const SIGNALS: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * Turns the first Ctrl-C (or a request to end) into an orderly end of the run: running scenarios are cut
 * off and torn down. The second one ends the program at once.
 */
export function watchInterrupt(): { signal: AbortSignal; dispose(): void } {
  const controller = new AbortController();
  const interrupt = (name: NodeJS.Signals) => {
    // Exit handlers end the gateways' process groups.
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    controller.abort(
      new QaError(`the run was interrupted (${name})`, { code: "interrupted", fault: "environment" }),
    );
  };
  for (const name of SIGNALS) process.on(name, interrupt);
  // A package manager runs us through a shell that does not pass signals on: when it is gone, so are we.
  const parent = process.ppid;
  const watch = process.env.npm_lifecycle_event
    ? setInterval(() => {
        if (process.ppid !== parent && !controller.signal.aborted) interrupt("SIGHUP");
      }, 500)
    : undefined;
  watch?.unref();
  return {
    signal: controller.signal,
    dispose() {
      clearInterval(watch);
      for (const name of SIGNALS) process.off(name, interrupt);
    },
  };
}
