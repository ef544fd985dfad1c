import { createHash } from "node:crypto";
import {
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  realpath,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import type { DrivenGateway } from "../../../gateway/gateway.ts";

/** What is kept of files, so that they can be put back. */
const MOST_KEPT_BYTES = 32 * 1024 * 1024;

/** A file, a link or a folder, as it was seen. */
interface SeenFile {
  /** Says whether it is the same. */
  print: string;
  mode: number;
  /** Its bytes or where it leads; absent for what was too large to keep. */
  bytes?: Buffer;
  link?: string;
}

type Place = Pick<DrivenGateway, "tempRoot">;

const FOLDER: SeenFile = { print: "a folder", mode: 0o700 };

/** By path below the gateway's temp root, with `/`. */
export type SeenFiles = ReadonlyMap<string, SeenFile>;

/** Folders below a gateway's temp root that outlive a scenario; the others hold logs, and files that are temporary. */
const FOLDERS: readonly string[] = ["workspace", "state", "home", "xdg-config", "xdg-data", "xdg-cache"];

/** Files that the gateway does not read again, or of whose content it is asked itself. */
const SEEN_OTHERWISE: readonly RegExp[] = [
  // Jobs, devices and the config have methods. What the gateway writes beside them only repeats it.
  /^state\/(?:cron|devices|identity)\//,
  /^state\/(?:config\.last-good|update-check|gateway-.*)\.json$/,
  /^state\/openclaw\.json\.(?:bak|last-good)/,
  // Records of what is over.
  /^state\/(?:logs|cache|tmp|tasks|flows|audit|runs\.jsonl)/,
  // Made of the config for the first turn.
  /^state\/agents\/[^/]+\/agent\/models\.json$/,
  // An index of the workspace's memory files, which cannot be put back themselves.
  /^state\/memory\/[^/]+\.sqlite/,
  // The journal of a channel's messages: the bus, which is the other side of it, begins anew.
  /^state\/channels\/[^/]+\/[^/]+\.(?:inbound|outbound)\.jsonl$/,
  // What is being written, and by whom.
  /^state\/.*(?:\.lock|[.-]tmp)$/,
];

/**
 * What is in the files that a scenario can leave behind. Links are not followed.
 * @param keep their content as well, as far as there is room for it
 */
export async function seeFiles({ tempRoot }: Place, keep = false): Promise<SeenFiles> {
  const files = new Map<string, SeenFile>();
  let kept = 0;
  const walk = async (folder: string, wanted: (name: string) => boolean): Promise<void> => {
    const entries = await readdir(folder, { withFileTypes: true }).catch((error) => unlessGone(error) ?? []);
    for (const entry of entries.filter((each) => wanted(each.name))) {
      const path = join(folder, entry.name);
      const own = relative(tempRoot, path).replaceAll(sep, "/");
      if (entry.isDirectory()) {
        if (FOLDERS.includes(own) || (isReadAnew(own) && !own.endsWith("/sessions"))) files.set(own, FOLDER);
        await walk(path, () => true);
        continue;
      }
      if (SEEN_OTHERWISE.some((pattern) => pattern.test(own))) continue;
      const seen = await see(path, keep && kept < MOST_KEPT_BYTES).catch(unlessGone);
      kept += seen?.bytes?.length ?? 0;
      if (seen) files.set(own, seen);
    }
  };
  await walk(tempRoot, (name) => FOLDERS.includes(name));
  return files;
}

/** A gateway removes files of its own while they are looked at. */
function unlessGone(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}

async function see(path: string, keep: boolean): Promise<SeenFile | undefined> {
  const stats = await lstat(path);
  const { mode, size, mtimeMs, ctimeMs } = stats;
  if (stats.isSymbolicLink()) {
    const link = await readlink(path);
    return { print: `link to ${link}`, mode, link };
  }
  if (!stats.isFile()) return undefined;
  if (size > MOST_KEPT_BYTES) return { print: `${size} ${mtimeMs} ${ctimeMs}`, mode };
  const bytes = await readFile(path);
  const print = `${mode & 0o777} ${createHash("sha1").update(bytes).digest("base64")}`;
  return { print, mode, ...(keep ? { bytes } : {}) };
}

/** Whether the gateway reads a file anew whenever it needs it, so that it can be put back while it runs. */
export function isReadAnew(name: string): boolean {
  if (/^workspace\/(?:memory\.md$|memory(?:\/|$))/i.test(name)) return false;
  return /^(?:workspace|home)\/|^state\/(?:skills|media)\/|^state\/agents\/[^/]+\/sessions\//.test(name);
}

/**
 * Puts what differs back to how it was; what is not in `was` was not there.
 * @param names of files for which `isReadAnew`
 * @throws Error for a file that was too large to be kept, and for one that a link leads out of the gateway's folder to
 */
export async function putFilesBack(
  { tempRoot }: Place,
  names: readonly string[],
  was: SeenFiles,
): Promise<void> {
  const pathOf = (name: string) => join(tempRoot, ...name.split("/"));
  // A folder's name comes before those of its files: a link that has taken its place is gone before anything below it.
  const inOrder = names.toSorted();
  for (const name of inOrder) {
    await requireInside(pathOf(name), tempRoot);
    await rm(pathOf(name), { force: true, recursive: true });
  }
  for (const name of inOrder) {
    const file = was.get(name);
    if (!file) continue;
    await requireInside(pathOf(name), tempRoot);
    await putBack(pathOf(name), name, file);
  }
}

/** @throws Error if a link among the folders above it leads elsewhere */
async function requireInside(path: string, root: string): Promise<void> {
  const folder = dirname(path);
  const real = await realpath(folder).catch(unlessGone);
  if (real === undefined) return requireInside(folder, root);
  if (real !== root && !real.startsWith(`${root}${sep}`))
    throw new Error(`${path} leads out of the gateway's folder`);
}

async function putBack(path: string, name: string, { link, bytes, mode, print }: SeenFile): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  if (link !== undefined) await symlink(link, path, "junction");
  else if (bytes) await writeFile(path, bytes, { mode: mode & 0o777 });
  else if (print === FOLDER.print) await mkdir(path, { recursive: true, mode: 0o700 });
  else throw new Error(`${name} was too large to be kept`);
}
