import { lstat, open, readdir, readlink, stat, statfs } from "node:fs/promises";
import { join } from "node:path";
import { errorMessage, QaError } from "../../base/errors.ts";
import { readRegularFile } from "../../base/files.ts";
import { ArchiveSource } from "./archive-source.ts";
import { CONFIG, type Found, type Source, unreadable } from "./source.ts";

/**
 * Opens an installation.
 * @param path absolute: its state, or an archive of it
 * @throws QaError `state-unreadable`, `archive-unsafe`
 */
export async function openSource(path: string, name: string): Promise<Source> {
  const found = await stat(path).catch((error: unknown) => {
    throw unreadable(name, errorMessage(error));
  });
  if (found.isDirectory()) return openFolder(path, name);
  if (!found.isFile()) throw unreadable(name, "it is neither a folder nor a file");
  return ArchiveSource.open(path, name);
}

async function openFolder(folder: string, name: string): Promise<Source> {
  const configPath = join(folder, CONFIG);
  const config = await readRegularFile(configPath).catch((error: unknown) => {
    throw unreadable(name, errorMessage(error));
  });
  const { uid: owner } = await stat(folder);
  return {
    ...{ name, stateDir: folder, configPath, config, workspaces: [], owner, isHere: true },
    async freeBytes() {
      const { bavail, bsize } = await statfs(folder);
      return bavail * bsize;
    },
    async visit(folders, visit, onTrouble) {
      for (const each of folders) await walk(each, visit, onTrouble);
    },
  };
}

async function walk(
  folder: string,
  visit: (found: Found) => Promise<void>,
  onTrouble: (path: string, why: string) => void,
): Promise<void> {
  const names = await readdir(folder).catch((error: unknown) => {
    onTrouble(folder, errorMessage(error));
    return [];
  });
  for (const name of names.sort()) {
    const path = join(folder, name);
    try {
      const { size, uid, mode, ...stats } = await facts(path);
      if (stats.kind === "folder") await walk(path, visit, onTrouble);
      else await visit({ path, size, uid, mode, ...stats, kind: stats.kind, read: () => readOnly(path) });
    } catch (error) {
      if (error instanceof QaError) throw error;
      onTrouble(path, errorMessage(error));
    }
  }
}

async function facts(path: string) {
  const stats = await lstat(path);
  const { size, uid, mode } = stats;
  if (stats.isSymbolicLink()) return { size, uid, mode, kind: "link" as const, target: await readlink(path) };
  const kind = stats.isDirectory() ? "folder" : stats.isFile() ? "file" : "other";
  return { size, uid, mode, kind } as const;
}

async function readOnly(path: string): Promise<Buffer> {
  const file = await open(path, "r");
  try {
    return await file.readFile();
  } finally {
    await file.close();
  }
}
