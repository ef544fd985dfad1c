import { existsSync } from "node:fs";
import { mkdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import { errorMessage } from "../../base/errors.ts";
import { isWithin } from "../../base/paths.ts";
import { replaceSecretLooks } from "../../base/secrets/patterns.ts";
import { type Treatment, treatmentOf } from "./allow-list.ts";
import { copyDatabase, rewriteDatabase } from "./databases.ts";
import { filesBelow } from "./files-below.ts";
import type { Installation } from "./installation.ts";
import { NOT_COPIED, scrubbed } from "./scrub.ts";
import type { Found } from "./source.ts";

/** How the log of a database is called, after it. */
const LOG = "-wal";

/** Below a state or a workspace. */
const PLUGINS = /^(?:\.openclaw\/)?(?:extensions|npm)\//;

/** Something that lies in the installation and not in the copy. */
interface LeftOut {
  /** A file or the first folders of its path, below the state or the workspace. */
  area: string;
  files: number;
  bytes: number;
}

/** What of an installation lies in a folder of the run's own: paths in it are still those of the installation. */
export interface Image {
  folder: string;
  installation: Installation;
  files: number;
  bytes: number;
  left: LeftOut[];
  /** Paths of files that belong to somebody else than the state does; as the installation names them. */
  foreign: string[];
  /** What could not be read. */
  trouble: { path: string; why: string }[];
  /** Folders that the config or a link names and that are not there; as the installation names them. */
  absent: string[];
  /** Something lies where plugins do. */
  hasPlugins: boolean;
  links: { path: string; target: string }[];
}

/**
 * Copies what is allowed.
 * @param folder absolute; it is there and empty
 * @throws the file system's error where the copy cannot be written
 */
export async function makeImage(installation: Installation, folder: string): Promise<Image> {
  const { source, places } = installation;
  const image: Image = {
    folder,
    installation,
    files: 0,
    bytes: 0,
    left: [],
    foreign: [],
    trouble: [],
    absent: source.isHere
      ? places.all.flatMap(({ kind, original }) => (kind === "code" && !existsSync(original) ? original : []))
      : [],
    hasPlugins: false,
    links: [],
  };
  const left = new Map<string, LeftOut>();
  /** With the logs beside them, until all of both is there: kept in memory, since credentials lie in them. */
  const databases = new Map<string, Buffer>();
  const take = async (found: Found): Promise<void> => {
    const at = places.find(found.path);
    if (!at || found.path === source.configPath) return;
    if (found.kind === "file" && found.uid !== source.owner && source.isHere) image.foreign.push(found.path);
    if (at.place.kind === "code" || PLUGINS.test(at.path)) image.hasPlugins = true;
    const treatment = found.kind === "file" ? treatmentOf(at.place.kind, at.path) : "left";
    if (found.kind === "link" && found.target !== undefined) {
      const target = resolve(dirname(found.path), found.target);
      if (places.find(target)) image.links.push({ path: found.path, target });
    } else if (treatment === "database") {
      databases.set(join(at.place.copy, at.path), await found.read());
    } else if (treatment === "left") {
      const area = areaOf(at.path);
      const known = left.get(area) ?? { area, files: 0, bytes: 0 };
      left.set(area, { area, files: known.files + 1, bytes: known.bytes + found.size });
    } else {
      const content = treated(await found.read(), treatment);
      await write(join(folder, at.place.copy, at.path), folder, content, found.mode);
      image.files += 1;
      image.bytes += content.length;
    }
  };
  // A place that lies in another is visited with it.
  const tops = places.all
    .map(({ original }) => original)
    .filter((path, _, all) => !all.some((other) => other !== path && isWithin(path, other)))
    .filter((path) => !image.absent.includes(path));
  await source.visit(tops, take, (path, why) => image.trouble.push({ path, why }));
  for (const [path, file] of databases) {
    if (path.endsWith(LOG)) continue;
    const target = join(folder, path);
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    const log = databases.get(`${path}${LOG}`);
    try {
      await copyDatabase({ file, ...(log ? { log } : {}) }, folder, target);
    } catch (error) {
      await rm(target, { force: true });
      image.trouble.push({ path, why: errorMessage(error) });
      continue;
    }
    image.files += 1;
    image.bytes += (await stat(target)).size;
  }
  image.left = [...left.values()].sort((one, other) => other.bytes - one.bytes);
  return image;
}

function treated(content: Buffer, treatment: Treatment): Buffer {
  if (treatment !== "json") return content;
  const text = String(content);
  try {
    return Buffer.from(`${JSON.stringify(scrubbed(JSON.parse(text)), undefined, 2)}\n`);
  } catch {
    // A file that is broken is part of the state, too.
    return Buffer.from(replaceSecretLooks(text, () => NOT_COPIED));
  }
}

function areaOf(path: string): string {
  const parts = path.split("/");
  if (parts[0] === "agents" && parts.length > 3) {
    // Files of sessions are called after their ids.
    return `agents/*/${parts[2]}/${parts[3]?.replace(/[\da-f]{8}-[\da-f-]{27}/, "*")}`;
  }
  return parts.length > 1 ? `${parts[0]}/` : (parts[0] ?? "");
}

/** What the copy's folder does not hold is not written, whatever a name says. */
async function write(path: string, folder: string, content: Buffer | string, mode: number): Promise<void> {
  if (!isWithin(path, folder)) throw new Error(`${path} lies outside of the copy`);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(path, content, { mode: (mode & 0o100) === 0 ? 0o600 : 0o700, flag: "wx" });
}

/**
 * Makes a state of an image that a gateway can live in: with its links, and all paths leading into it.
 * @param root absolute; the gateway's folder
 */
export async function placeImage(image: Image, root: string): Promise<void> {
  const { folder, installation, links, absent } = image;
  const { places } = installation;
  for (const { kind, original, copy } of places.all) {
    if (absent.includes(original)) continue;
    const base = join(folder, copy);
    for (const file of await filesBelow(base)) {
      const path = relative(base, file).split(sep).join("/");
      if (
        places.all.some(
          (other) =>
            other.copy !== copy &&
            other.copy.startsWith(`${copy}/`) &&
            isWithin(file, join(folder, other.copy)),
        )
      )
        continue;
      const treatment = treatmentOf(kind, path);
      const [content, { mode }] = [await readFile(file), await stat(file)];
      if (treatment === "database") {
        await write(join(root, copy, path), root, content, mode);
        await rewriteDatabase(join(root, copy, path), places.common, (text) => places.rewrite(text, root));
        continue;
      }
      const isText = treatment === "json" || treatment === "lines";
      await write(
        join(root, copy, path),
        root,
        isText ? places.rewrite(String(content), root) : content,
        mode,
      );
    }
    await mkdir(join(root, copy), { recursive: true, mode: 0o700 });
  }
  for (const { path, target } of links) {
    const [from, to] = [places.counterpart(path, root), places.counterpart(target, root)];
    if (from === undefined || to === undefined) continue;
    await mkdir(dirname(from), { recursive: true, mode: 0o700 });
    await symlink(to, from);
  }
}
