import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, brotliDecompress, constants } from "node:zlib";
import { QaError } from "./errors.ts";
import { replaceJsonFile } from "./files.ts";
import { areUnchanged, type BuildInput, buildInput } from "./inputs.ts";
import { isWithin } from "./paths.ts";

/** A text file of an archive. */
interface Entry {
  /** Relative, with forward slashes. */
  path: string;
  executable: boolean;
  text: string;
}

/** Beside what was unpacked: how each file was then. */
const RECORD = "unpacked.json";

/**
 * Packs a folder of text files. What repeats within 16 MB takes hardly any room, as in several releases of one program.
 * @param folder absolute
 * @throws the file system's error
 */
export async function packFolder(folder: string): Promise<Buffer> {
  const entries: Entry[] = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((found) => found.isFile())
    .map((found) => join(found.parentPath, found.name))
    .sort()
    .map((file) => ({
      path: relative(folder, file).split(sep).join("/"),
      executable: (statSync(file).mode & 0o100) !== 0,
      text: readFileSync(file, "utf8"),
    }));
  return promisify(brotliCompress)(JSON.stringify(entries), {
    params: {
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_QUALITY]: 9,
    },
  });
}

/**
 * Unpacks an archive unless it is unpacked already and each file is as it was. Several processes may do so at once.
 * @param folder absolute, below the user's cache; made with its parents, for this user alone
 * @throws QaError `cannot-write`; Error for an archive that is damaged, or whose files would lie outside the folder
 */
export async function unpackOnce(archive: string, folder: string): Promise<void> {
  if (await isIntact(folder)) return;
  const entries = JSON.parse(String(await promisify(brotliDecompress)(await readFile(archive)))) as Entry[];
  try {
    await unpack(entries, archive, folder);
  } catch (error) {
    if (!(error instanceof Error && "syscall" in error)) throw error;
    throw new QaError(`what the tool brings cannot be unpacked into ${folder}: ${error.message}`, {
      code: "cannot-write",
      fault: "environment",
      hint: "Let GATEWAY_QA_CACHE name a folder that you can write to, with 100 MB of room.",
      cause: error,
    });
  }
}

async function unpack(entries: readonly Entry[], archive: string, folder: string): Promise<void> {
  const staging = `${folder}.${randomBytes(4).toString("hex")}`;
  await mkdir(staging, { recursive: true, mode: 0o700 });
  try {
    for (const { path, executable, text } of entries) {
      const file = resolve(staging, path);
      if (!isWithin(file, staging))
        throw new Error(`${archive} holds ${path}, which leads out of its folder`);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text, { mode: executable ? 0o755 : 0o644 });
    }
    await replaceJsonFile(
      join(staging, RECORD),
      entries.map(({ path }) => buildInput(staging, path)),
    );
    await moveInto(staging, folder);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

async function isIntact(folder: string): Promise<boolean> {
  try {
    const record: unknown = JSON.parse(await readFile(join(folder, RECORD), "utf8"));
    return Array.isArray(record) && record.length > 0 && areUnchanged(folder, record as BuildInput[]);
  } catch {
    // Nothing there yet, or damaged.
    return false;
  }
}

/** What lies there is damaged, or another process has just put the same there. */
async function moveInto(staging: string, folder: string): Promise<void> {
  const aside = `${staging}.old`;
  const rest = await rename(folder, aside).then(
    () => aside,
    () => undefined,
  );
  await rename(staging, folder).catch(async (error: unknown) => {
    if (!(await isIntact(folder))) throw error;
  });
  if (rest) await rm(rest, { recursive: true, force: true });
}
