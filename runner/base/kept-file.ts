import {
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { crc32 } from "node:zlib";

/** Bytes in front of the content: its checksum and its length. V8 copies code that does not begin at a multiple of eight. */
const HEAD = 8;

/**
 * What `writeKept` wrote. Only this user can have written it: a file that belongs to somebody else, or that others may
 * write to, does not count.
 * @returns undefined if there is no such file, or if it is damaged, cut or somebody else's; never throws
 */
export function readKept(path: string): Buffer | undefined {
  try {
    const file = openSync(
      path,
      constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0),
    );
    try {
      if (!isOwn(fstatSync(file))) return undefined;
      const bytes = readFileSync(file);
      const content = bytes.subarray(HEAD);
      return bytes.length >= HEAD && bytes.subarray(0, HEAD).equals(headOf(content)) ? content : undefined;
    } finally {
      closeSync(file);
    }
  } catch {
    return undefined;
  }
}

/**
 * Keeps what can be made again, for this user alone: mode 0600, in a folder of mode 0700. Who reads sees the old or the new
 * content.
 * @returns false where it cannot be written: a read-only folder, a full disk; never throws
 */
export function writeKept(path: string, content: Uint8Array): boolean {
  const unfinished = `${path}.${process.pid}`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(unfinished, Buffer.concat([headOf(content), content]), { mode: 0o600 });
    renameSync(unfinished, path);
    return true;
  } catch {
    try {
      rmSync(unfinished, { force: true });
    } catch {
      // The folder is not there.
    }
    return false;
  }
}

function headOf(content: Uint8Array): Buffer {
  const head = Buffer.alloc(HEAD);
  head.writeUInt32LE(crc32(content));
  head.writeUInt32LE(content.length, HEAD / 2);
  return head;
}

function isOwn(stats: Stats): boolean {
  const others = 0o022;
  return stats.isFile() && (stats.mode & others) === 0 && (!process.getuid || stats.uid === process.getuid());
}
