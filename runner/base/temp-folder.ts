import { createHash, randomBytes } from "node:crypto";
import { readFileSync, readlinkSync, rmSync } from "node:fs";
import { lstat, mkdir, readdir, realpath, rm } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { guardFolder } from "./guardian.ts";
import type { Teardown } from "./teardown.ts";

/** What begins the names of our folders; whatever lies in the temp folder under another name is none of our business. */
const PREFIX = "gateway-qa-";
/** The process that made it, in its name from the first moment: its id, where that id counts, and when it was started. */
const NAME = /^gateway-qa-(?:[a-z]+-)?p(\d+)-([0-9a-f]{6})([0-9a-f]{8})-[0-9a-f]{8}$/;

export interface TempFolderOptions {
  /** Says in the name what it is for: small letters. */
  kind?: string;
  teardown: Teardown;
  /** Leaves the folder in place for a look at it, for good. */
  keep?: boolean;
}

/** Folders that are still to be removed: a second Ctrl-C ends the program before teardown does. */
const pending = new Set<string>();
let begun = false;

/**
 * Makes a private folder (mode 0700, whatever the umask) in the system's temp folder. Its removal is arranged before it
 * is made: at teardown, at the program's exit, by the guardian when the program is killed, and by the next run when the
 * machine stops.
 * @returns its real path: a gateway compares paths, and on macOS the temp folder is a link
 */
export async function makeTempFolder({ kind, teardown, keep }: TempFolderOptions): Promise<string> {
  const parent = await realpath(tmpdir());
  begin(parent);
  const { place, startedAt } = owner(process.pid);
  const maker = keep ? "kept" : `p${process.pid}-${place}${startedAt}`;
  const name = [kind, maker, randomBytes(4).toString("hex")].filter(Boolean).join("-");
  const folder = join(parent, `${PREFIX}${name}`);
  if (!keep) {
    pending.add(folder);
    const gone = guardFolder(folder);
    teardown.defer(`temp folder ${folder}`, async () => {
      // A process that is just ending may still write: the removal is tried again.
      await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 });
      pending.delete(folder);
      gone();
    });
  }
  await mkdir(folder, { mode: 0o700 });
  return folder;
}

/** Once per process: what it does at its end, and for those before it that had none. */
function begin(parent: string): void {
  if (begun) return;
  begun = true;
  process.once("exit", () => {
    for (const left of pending) rmSync(left, { recursive: true, force: true, maxRetries: 5 });
  });
  void sweepTempFolders(parent).catch(() => {});
}

/**
 * Removes the folders of processes that are gone: of this user, on this machine, in this container.
 * @param parent the temp folder
 */
export async function sweepTempFolders(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const [, pid, place, startedAt] = NAME.exec(name) ?? [];
    if (pid === undefined) continue;
    const maker = owner(Number(pid));
    if (place !== maker.place || startedAt === maker.startedAt) continue;
    const folder = join(parent, name);
    // One that cannot be removed now is left to the run after this one.
    if (await isOurs(folder)) await rm(folder, { recursive: true, force: true }).catch(() => {});
  }
}

/** Anybody may make a folder of such a name, or a link, in a temp folder of all users. */
async function isOurs(folder: string): Promise<boolean> {
  try {
    const found = await lstat(folder);
    return found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o077) === 0;
  } catch {
    return false;
  }
}

/** Where a process id counts, and when the process that has it now was started: of one that is gone, nothing fits. */
function owner(pid: number): { place: string; startedAt: string } {
  return { place: hash(`${hostname()} ${namespace()}`, 6), startedAt: hash(startOf(pid), 8) };
}

function namespace(): string {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return "";
  }
}

/** In the system's own count; where it does not say, whether the process is there must do. */
function startOf(pid: number): string {
  try {
    // Fields after the name, which may itself hold spaces and brackets; the start is the 22nd of all.
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return isThere(pid) ? "there" : "gone";
  }
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // It is there, but belongs to another user.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function hash(text: string, length: number): string {
  return createHash("sha256").update(text).digest("hex").slice(0, length);
}
