import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isAlive, killIfAlive } from "../../runner/base/testing/processes.ts";
import { delay } from "../../runner/base/timers.ts";

const POLL_MS = 100;

/** A folder for one round: what the round starts has its TMPDIR there, by which it is found again. */
export class Place {
  readonly folder: string;
  readonly #mounts: string[] = [];

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async create(): Promise<Place> {
    const place = new Place(await mkdtemp(join(tmpdir(), "soak-")));
    await mkdir(place.tmp);
    return place;
  }

  get tmp(): string {
    return join(this.folder, "tmp");
  }

  /** Ids of processes that were started with an environment that names this folder, and still run. */
  async processes(): Promise<number[]> {
    const own: number[] = [];
    for (const name of await readdir("/proc")) {
      if (!/^\d+$/.test(name)) continue;
      // A process may be gone by now, or belong to another user.
      const environment = await readFile(`/proc/${name}/environ`, "utf8").catch(() => "");
      if (environment.includes(this.folder) && isAlive(Number(name))) own.push(Number(name));
    }
    return own;
  }

  /** What is left in the temp folder of the round. */
  leftovers(): Promise<string[]> {
    return readdir(this.tmp);
  }

  /** Waits until no process is left. @returns a problem for those that are */
  async processesGone(limitMs: number): Promise<string[]> {
    const left = await waitForNone(() => this.processes(), limitMs);
    return Promise.all(left.map(async (pid) => `process ${pid} is left: ${await commandOf(pid)}`));
  }

  /** Waits until the temp folder is empty. @returns a problem for each folder that is not removed */
  async foldersGone(limitMs: number): Promise<string[]> {
    const left = await waitForNone(() => this.leftovers(), limitMs);
    return left.map((name) => `the folder ${name} is left`);
  }

  /**
   * A disk of this size, in the folder `disk`.
   * @returns its path; undefined where none can be mounted (only root may, and only on Linux)
   */
  async mountDisk(size: string): Promise<string | undefined> {
    const path = join(this.folder, "disk");
    await mkdir(path);
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size},mode=0700`, "tmpfs", path], {
        stdio: "ignore",
      });
    } catch {
      return undefined;
    }
    this.#mounts.push(path);
    return path;
  }

  /** Ends what still runs and removes the folder. */
  async remove(): Promise<void> {
    for (const pid of await this.processes()) killIfAlive(pid);
    await this.processesGone(5_000);
    for (const path of this.#mounts.splice(0)) execFileSync("umount", ["-l", path], { stdio: "ignore" });
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function waitForNone<Item>(look: () => Promise<Item[]>, limitMs: number): Promise<Item[]> {
  const end = performance.now() + limitMs;
  for (;;) {
    const left = await look();
    if (left.length === 0 || performance.now() > end) return left;
    await delay(POLL_MS);
  }
}

async function commandOf(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  return text.replaceAll("\0", " ").trim().slice(0, 200);
}
