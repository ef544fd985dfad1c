import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { makeTempFolder, type TempFolderOptions } from "../../base/temp-folder.ts";

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
  /** What a gateway records that can, see `GatewayProgram.traceVariable`. */
  tracePath: string;
  stdoutPath: string;
  stderrPath: string;
}

/**
 * Makes a private folder for one gateway; it is removed at teardown unless it is to be kept.
 * @param present a folder that is there already is used instead, with what lies in it; it stays
 */
export async function createTempRoot(options: TempFolderOptions, present?: string): Promise<TempRoot> {
  const layout = tempRootAt(present ?? (await makeTempFolder(options)));
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

/** Where what lies in the folder of a gateway. @param root absolute */
function tempRootAt(root: string): TempRoot {
  return {
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
    tracePath: join(root, "trace.jsonl"),
    stdoutPath: join(root, "gateway.stdout.log"),
    stderrPath: join(root, "gateway.stderr.log"),
  };
}

/** The same gateway with its state where it keeps it by itself: below its home. */
export async function withStateInHome(tempRoot: TempRoot): Promise<TempRoot> {
  const stateDir = join(tempRoot.homeDir, ".openclaw");
  const oauthDir = join(stateDir, "credentials");
  await mkdir(oauthDir, { recursive: true, mode: 0o700 });
  return { ...tempRoot, stateDir, oauthDir, configPath: join(stateDir, "openclaw.json") };
}
