import { libraryLimit } from "../../../base/timers.ts";
import type { Strays } from "./strays.ts";

type Callback = (...args: unknown[]) => void;

/** The timers of the permission `process`. A flow's end clears those that are pending, and names them as leaks. */
export function timersOf(strays: Strays): Record<string, unknown> {
  const pending = <Timer extends object>(
    name: string,
    start: (run: () => void) => Timer,
    clear: (timer: Timer) => void,
    { callback, args, shown = [], repeats = false }: Pending,
  ): Timer => {
    const timer = start(() => {
      if (!repeats) strays.done(timer);
      strays.guard(() => callback(...args));
    });
    strays.timer(timer, { name }, [callback, ...shown], () => clear(timer));
    return timer;
  };
  return {
    setTimeout: (callback: Callback, ms?: number, ...args: unknown[]) =>
      pending(
        "setTimeout",
        // biome-ignore lint/style/noRestrictedGlobals: a scenario gets Node's own timer to clear or unref
        (run) => setTimeout(run, libraryLimit(ms ?? 1)),
        (timer) => clearTimeout(timer),
        { callback, args, shown: [ms] },
      ),
    setInterval: (callback: Callback, ms?: number, ...args: unknown[]) =>
      pending(
        "setInterval",
        // biome-ignore lint/style/noRestrictedGlobals: as above
        (run) => setInterval(run, libraryLimit(ms ?? 1)),
        (timer) => clearInterval(timer),
        {
          ...{ callback, args, shown: [ms] },
          repeats: true,
        },
      ),
    setImmediate: (callback: Callback, ...args: unknown[]) =>
      pending("setImmediate", setImmediate, clearImmediate, { callback, args }),
    clearTimeout: (timer?: NodeJS.Timeout) => forget(strays, timer, clearTimeout),
    clearInterval: (timer?: NodeJS.Timeout) => forget(strays, timer, clearInterval),
  };
}

interface Pending {
  callback: Callback;
  args: readonly unknown[];
  /** What is shown beside the callback when the timer is a leak. */
  shown?: readonly unknown[];
  repeats?: boolean;
}

function forget(
  strays: Strays,
  timer: NodeJS.Timeout | undefined,
  clear: (timer: NodeJS.Timeout | undefined) => void,
): void {
  if (timer) strays.done(timer);
  clear(timer);
}
