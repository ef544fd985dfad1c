/**
 * Loaded into a release's process before its own code, and into whatever that starts: ends them when the run that
 * started them is gone without having been able to clean up, or when the supervisor that kept the release running is
 * gone. Not all releases watch for that themselves. Does nothing in a process that was not given
 * its run and the folder to take along.
 */
import { spawn } from "node:child_process";
import { isAbsolute } from "node:path";
import { isMainThread } from "node:worker_threads";

const CHECK_INTERVAL_MS = 250;
/** Ends a process or a group, and only then removes the folder: a process that still writes would fill it again. */
const SWEEP = `
const [victim, folder] = process.argv.slice(1);
try { process.kill(Number(victim), "SIGKILL"); } catch {}
require("node:fs").rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
`;

const { OPENCLAW_QA_PARENT_PID, OPENCLAW_QA_TEMP_ROOT, OPENCLAW_QA_SUPERVISOR_PID } = process.env;
const run = pidFrom(OPENCLAW_QA_PARENT_PID);
const supervisor = pidFrom(OPENCLAW_QA_SUPERVISOR_PID);
const mayRemove = OPENCLAW_QA_TEMP_ROOT !== undefined && isAbsolute(OPENCLAW_QA_TEMP_ROOT);

if (isMainThread && run !== undefined && mayRemove) {
  const isRunThere = presence(run);
  const isSupervisorThere = supervisor === undefined ? () => true : presence(supervisor);
  // biome-ignore lint/style/noRestrictedGlobals: it is loaded into releases, and imports nothing of ours
  const timer = setInterval(() => {
    if (!isRunThere()) {
      clearInterval(timer);
      sweep();
    } else if (!isSupervisorThere()) {
      process.kill(victim(), "SIGKILL");
    }
  }, CHECK_INTERVAL_MS);
  timer.unref();
}

/** Undefined for what is not a process id: 0 and less would mean groups of processes. */
function pidFrom(text = "") {
  const pid = Number(text);
  return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
}

/** @returns whether the process is there, each time it is called */
function presence(pid) {
  // A dead parent that has not been reaped still answers signals, but its children are handed on.
  const isOwnParent = process.ppid === pid;
  return () => isAlive(pid) && (!isOwnParent || process.ppid === pid);
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // It is there, but belongs to another user.
    return error.code === "EPERM";
  }
}

/** The process that the run started leads a group of its own; one that it has started in turn leads none. */
function victim() {
  return isAlive(-process.pid) ? -process.pid : process.pid;
}

/** By a process of its own, which outlives this one. */
function sweep() {
  const args = ["-e", SWEEP, "--", String(victim()), OPENCLAW_QA_TEMP_ROOT];
  spawn(process.execPath, args, { cwd: "/", env: {}, detached: true, stdio: "ignore" }).unref();
}
