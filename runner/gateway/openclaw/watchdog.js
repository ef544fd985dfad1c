/**
 * Loaded into a release's process before its own code: ends it, and everything it has started, when the run that
 * started it is gone without having been able to clean up. Most releases do not watch for that themselves.
 */
import { rmSync } from "node:fs";

const CHECK_INTERVAL_MS = 250;

const { OPENCLAW_QA_PARENT_PID, OPENCLAW_QA_TEMP_ROOT } = process.env;
const parent = Number(OPENCLAW_QA_PARENT_PID);

// Only the process that the run itself started leads a process group; what it starts in turn ends with it.
if (process.ppid === parent) {
  setInterval(() => {
    if (process.ppid === parent) return;
    rmSync(OPENCLAW_QA_TEMP_ROOT, { recursive: true, force: true, maxRetries: 3 });
    process.kill(-process.pid, "SIGKILL");
  }, CHECK_INTERVAL_MS).unref();
}
