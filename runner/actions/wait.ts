import { type CheckResult, type WaitOptions, waitForCondition } from "../base/waits.ts";
import type { ActionContext } from "./context.ts";

/** `waitForCondition` with the wake-ups and the signal of the running action. */
export function waitIn<T>(
  context: ActionContext,
  what: string,
  check: () => CheckResult<T> | Promise<CheckResult<T>>,
  options: Omit<WaitOptions, "what" | "signal"> = {},
): Promise<T> {
  return waitForCondition(context.wakeups, check, { ...options, what, signal: context.signal() });
}
