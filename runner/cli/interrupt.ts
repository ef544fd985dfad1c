import { QaError } from "../errors.ts";

const SIGNALS: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * Turns the first Ctrl-C (or a request to end) into an orderly end of the run: running scenarios are
 * cut off and torn down. From the second on, signals do what they always did.
 */
export function watchInterrupt(): { signal: AbortSignal; dispose(): void } {
  const controller = new AbortController();
  const dispose = () => {
    for (const name of SIGNALS) process.off(name, interrupt);
  };
  const interrupt = (name: NodeJS.Signals) => {
    dispose();
    controller.abort(
      new QaError(`the run was interrupted (${name})`, { code: "interrupted", fault: "environment" }),
    );
  };
  for (const name of SIGNALS) process.on(name, interrupt);
  return { signal: controller.signal, dispose };
}
