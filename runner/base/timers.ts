/** The most that a timer of Node can hold, in milliseconds: 24.8 days. A longer one would fire at once. */
const LONGEST_MS = 2 ** 31 - 1;

export interface TimerOptions {
  /** The timer alone does not keep the program running. */
  unref?: boolean;
}

/** Ends a timer; does nothing when it has fired or was ended before. */
export type Cancel = () => void;

/** Calls `run` once, `ms` milliseconds from now, however many these are; never for `Infinity`. */
export function after(ms: number, run: () => void, { unref = false }: TimerOptions = {}): Cancel {
  const dueAt = performance.now() + ms;
  let timer: NodeJS.Timeout | undefined;
  const arm = (leftMs: number): void => {
    const fire = leftMs > LONGEST_MS ? () => arm(dueAt - performance.now()) : run;
    timer = setTimeout(fire, held(leftMs));
    if (unref) timer.unref();
  };
  if (ms !== Number.POSITIVE_INFINITY) arm(ms);
  return () => clearTimeout(timer);
}

/** Calls `run` again and again, `ms` milliseconds apart. */
export function every(ms: number, run: () => void, { unref = false }: TimerOptions = {}): Cancel {
  const timer = setInterval(run, held(ms));
  if (unref) timer.unref();
  return () => clearInterval(timer);
}

/** Resolves after `ms` milliseconds; never for `Infinity`. @throws the signal's reason */
export function delay(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const abort = (): void => {
      cancel();
      reject(signal?.reason);
    };
    const cancel = after(ms, () => {
      signal?.removeEventListener("abort", abort);
      resolve();
    });
    signal?.addEventListener("abort", abort, { once: true });
  });
}

/** As `AbortSignal.timeout`, for any number of milliseconds; never fires for `Infinity`. */
export function timeoutSignal(ms: number): AbortSignal {
  if (ms <= LONGEST_MS) return AbortSignal.timeout(Math.max(0, Math.round(ms)));
  const controller = new AbortController();
  const expire = () => controller.abort(new DOMException(`no end within ${ms} ms`, "TimeoutError"));
  after(ms, expire, { unref: true });
  return controller.signal;
}

/** A limit for a library, which passes it to one of Node's timers: no longer than that can hold. */
export function libraryLimit(ms: number): number {
  return Math.min(ms, LONGEST_MS);
}

/** What a timer of Node can hold, without a warning of what is no time. */
function held(ms: number): number {
  return ms > 0 ? Math.min(ms, LONGEST_MS) : 0;
}
