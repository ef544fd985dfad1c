import { setting, spanMs, type UnitFile, wordsOf } from "./unit-file.ts";

/** How a service's process ended. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** As systemd names it; `success` until something went wrong. */
export type Result = "success" | "exit-code" | "signal" | "timeout" | "resources" | "start-limit-hit";

/** Signals that end a process cleanly, whatever the file says. */
const CLEAN_SIGNALS: readonly string[] = ["SIGHUP", "SIGINT", "SIGTERM", "SIGPIPE"];

/** Whether that end counts as one that went well. */
export function resultOf(exit: Exit, file: UnitFile): Result {
  const names = namesOf(exit);
  const isClean = exit.code === 0 || CLEAN_SIGNALS.includes(exit.signal ?? "");
  if (isClean || isListed(names, file, "Service.SuccessExitStatus")) return "success";
  return exit.signal === null ? "exit-code" : "signal";
}

/** Whether the service is to be started again after that end, which nobody has asked for. */
export function isRestarted(exit: Exit, file: UnitFile): boolean {
  const names = namesOf(exit);
  if (isListed(names, file, "Service.RestartPreventExitStatus")) return false;
  if (isListed(names, file, "Service.RestartForceExitStatus")) return true;
  const result = resultOf(exit, file);
  switch (setting(file, "Service.Restart") ?? "no") {
    case "always":
      return true;
    case "on-success":
      return result === "success";
    case "on-failure":
      return result !== "success";
    case "on-abnormal":
    case "on-abort":
      return result === "signal";
    default:
      return false;
  }
}

/** As the lists of exit statuses name it: a number, or a signal with or without its `SIG`. */
function namesOf({ code, signal }: Exit): string[] {
  return signal === null ? [String(code)] : [signal, signal.replace(/^SIG/, "")];
}

function isListed(names: readonly string[], file: UnitFile, name: string): boolean {
  return wordsOf(file, name).some((word) => names.includes(word));
}

/** How often a service may be started in a while; every start counts, whoever asks for it. */
export interface StartLimit {
  /** 0: as often as anybody likes. */
  burst: number;
  intervalMs: number;
}

/** Defaults as systemd's own. */
export function startLimitOf(file: UnitFile): StartLimit {
  const intervalMs = spanMs(setting(file, "Unit.StartLimitIntervalSec")) ?? 10_000;
  const burst = Number(setting(file, "Unit.StartLimitBurst") ?? 5);
  return { burst: intervalMs === 0 ? 0 : burst, intervalMs };
}

/** Counts starts against the limit. */
export class StartCount {
  #from = 0;
  #starts = 0;

  /** @param now milliseconds. @returns whether this start is within the limit */
  allows({ burst, intervalMs }: StartLimit, now: number): boolean {
    if (burst === 0) return true;
    if (this.#starts === 0 || now - this.#from > intervalMs) {
      this.#from = now;
      this.#starts = 0;
    }
    if (this.#starts >= burst) return false;
    this.#starts += 1;
    return true;
  }

  /** As `systemctl reset-failed` does it. */
  reset(): void {
    this.#starts = 0;
  }
}
