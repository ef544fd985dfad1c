import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import type { Writable } from "node:stream";

/** Stands in the environment of everything that this process starts. */
const MARK_VARIABLE = "GATEWAY_QA_GUARD";

/**
 * Reads which process groups and folders there are, until this process is gone, whatever ended it; then ends the
 * groups and every process that has the mark, and removes the folders. A shell, because that takes a millisecond to
 * start; it waits on a pipe, so that nothing that hangs, and no signal to a group or a terminal, keeps it from it.
 */
const SCRIPT = `
trap '' HUP INT QUIT TERM TSTP
mark=$1; groups=; shift
while IFS= read -r line; do
  name=\${line#?}
  case $line in
    +*) groups="$groups $name" ;;
    -*) left=; for group in $groups; do [ "$group" = "$name" ] || left="$left $group"; done; groups=$left ;;
    /*) set -- "$@" "$line" ;;
    =*) for folder do shift; [ "$folder" = "$name" ] || set -- "$@" "$folder"; done ;;
  esac
done
round=0
while [ $round -lt 20 ]; do
  round=$((round + 1)); found=
  for group in $groups; do kill -9 "-$group" 2>/dev/null && found=1; done
  for place in $(grep -ls "$mark" /proc/[0-9]*/environ 2>/dev/null); do
    process=\${place#/proc/}; kill -9 "\${process%/environ}" 2>/dev/null && found=1
  done
  for folder do rm -rf -- "$folder"; done
  [ "$found" ] || break
  sleep 0.1
done
`;

interface Guardian {
  mark: string;
  pipe: Writable;
}

let guardian: Guardian | undefined;

/** One per process, from the first thing that there is to guard. */
function theGuardian(): Guardian {
  if (guardian) return guardian;
  const mark = randomBytes(16).toString("hex");
  // It has no mark itself, and holds on to nothing: neither to a folder nor to an output that somebody reads to its end.
  const child = spawn("/bin/sh", ["-c", SCRIPT, "gateway-qa-guardian", mark], {
    cwd: "/",
    env: { PATH: process.env.PATH },
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  // Where there is no shell, gateways still watch their runner themselves.
  child.on("error", () => {});
  child.stdin.on("error", () => {});
  child.unref();
  // Its pipe is a socket, which would keep this process running.
  if ("unref" in child.stdin && typeof child.stdin.unref === "function") child.stdin.unref();
  // Also for what is started with the environment as it is.
  process.env[MARK_VARIABLE] = mark;
  guardian = { mark, pipe: child.stdin };
  return guardian;
}

/** Windows has neither process groups nor a shell to end them with. */
const isAvailable = process.platform !== "win32";

function tell(line: string): void {
  if (isAvailable) theGuardian().pipe.write(`${line}\n`);
}

/**
 * The environment for a process that must not outlive this one, whatever ends either of them: a mark that its own
 * children inherit. The process has it from its first moment, and no call can come too late.
 */
export function guardedEnv<Env extends Readonly<Record<string, string | undefined>>>(env: Env) {
  return isAvailable ? { ...env, [MARK_VARIABLE]: theGuardian().mark } : env;
}

/**
 * Ends the process group that `child` leads as well, when this process is gone: for systems where nobody sees the
 * environment of a process. A process that leads no group needs no more than `guardedEnv`.
 */
export function guardGroup(child: Pick<ChildProcess, "pid" | "once">): void {
  const { pid } = child;
  if (pid === undefined) return;
  tell(`+${pid}`);
  child.once("exit", () => tell(`-${pid}`));
}

/**
 * Removes a folder when this process is gone without having done so; to be called before the folder is made.
 * @param path absolute
 * @returns to be called when the folder is gone, or is to stay
 */
export function guardFolder(path: string): () => void {
  // The messages to the guardian are lines.
  if (path.includes("\n")) return () => {};
  tell(path);
  return () => tell(`=${path}`);
}
