/**
 * Loaded into a release's process before its own code: ends it, and everything it has started, when the run that
 * started it is gone without having been able to clean up. Not all releases watch for that themselves.
 */
import { rmSync } from "node:fs";
import { isMainThread } from "node:worker_threads";

const CHECK_INTERVAL_MS = 250;

const { OPENCLAW_QA_PARENT_PID, OPENCLAW_QA_TEMP_ROOT } = process.env;
const parent = Number(OPENCLAW_QA_PARENT_PID);
// A dead parent that nobody has reaped still answers signals, but its children are handed on.
const isOwnParent = process.ppid === parent;

if (isMainThread) {
  setInterval(() => {
    if (isAlive(parent) && (!isOwnParent || process.ppid === parent)) return;
    rmSync(OPENCLAW_QA_TEMP_ROOT, { recursive: true, force: true, maxRetries: 3 });
    endGroup();
  }, CHECK_INTERVAL_MS).unref();
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // It is there, but belongs to somebody else.
    return error.code === "EPERM";
  }
}

/** The process that the run started leads a group of its own; one that it has started in turn leads none. */
function endGroup() {
  try {
    process.kill(-process.pid, "SIGKILL");
  } catch {
    process.kill(process.pid, "SIGKILL");
  }
}
