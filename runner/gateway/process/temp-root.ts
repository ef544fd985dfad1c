import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { mkdir, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Teardown } from "../../base/teardown.ts";

/** Where one gateway keeps everything it writes. Absolute paths. */
export interface TempRoot {
  root: string;
  workspaceDir: string;
  stateDir: string;
  homeDir: string;
  oauthDir: string;
  xdgConfigDir: string;
  xdgDataDir: string;
  xdgCacheDir: string;
  tmpDir: string;
  configPath: string;
  /** The gateway's own log file, and what it writes to its standard streams. */
  logPath: string;
  stdoutPath: string;
  stderrPath: string;
}

export interface TempRootOptions {
  /** For instance `gateway-qa-`. */
  prefix: string;
  teardown: Teardown;
  /** Leaves the folder in place for a look at it. */
  keep?: boolean;
}

/** Roots that are still to be removed: a second Ctrl-C ends the program before teardown does. */
const pending = new Set<string>();
let atExit = false;

function removeAtExit(root: string): void {
  if (!atExit) {
    atExit = true;
    process.once("exit", () => {
      for (const left of pending) rmSync(left, { recursive: true, force: true, maxRetries: 5 });
    });
  }
  pending.add(root);
}

/** Makes a private folder (mode 0700) for one gateway; it is removed at teardown unless it is to be kept. */
export async function createTempRoot({ prefix, teardown, keep }: TempRootOptions): Promise<TempRoot> {
  // The real path: a gateway compares paths, and on macOS the temp folder is a link.
  const root = join(await realpath(tmpdir()), `${prefix}${randomBytes(8).toString("hex")}`);
  if (!keep) {
    removeAtExit(root);
    teardown.defer(`temp root ${root}`, async () => {
      // A process that is just ending may still write: the removal is tried again.
      await rm(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 });
      pending.delete(root);
    });
  }
  const layout: TempRoot = {
    root,
    workspaceDir: join(root, "workspace"),
    stateDir: join(root, "state"),
    homeDir: join(root, "home"),
    oauthDir: join(root, "state", "credentials"),
    xdgConfigDir: join(root, "xdg-config"),
    xdgDataDir: join(root, "xdg-data"),
    xdgCacheDir: join(root, "xdg-cache"),
    tmpDir: join(root, "tmp"),
    configPath: join(root, "openclaw.json"),
    logPath: join(root, "gateway.log"),
    stdoutPath: join(root, "gateway.stdout.log"),
    stderrPath: join(root, "gateway.stderr.log"),
  };
  await mkdir(root, { mode: 0o700 });
  const folders = [
    layout.workspaceDir,
    layout.oauthDir,
    layout.homeDir,
    layout.xdgConfigDir,
    layout.xdgDataDir,
    layout.xdgCacheDir,
    layout.tmpDir,
  ];
  await Promise.all(folders.map((folder) => mkdir(folder, { recursive: true, mode: 0o700 })));
  return layout;
}
