import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { QaError } from "../../base/errors.ts";
import { plural } from "../../base/text.ts";

/** What an installed release takes, in gigabytes: from 2026.4 to 2026.9 it grew. */
const SMALLEST_GB = 0.6;
const LARGEST_GB = 0.9;

/** Of releases that are about to be fetched. */
export interface Fetch {
  /** How many at most. */
  most: number;
  /** How many of them lie there at the same time. */
  atOnce: number;
  /** Folder of the cache; absolute. */
  folder: string;
}

/**
 * What fetching releases takes and where they go, in a sentence, for before the first one is fetched.
 * @throws QaError `disk-full` when they do not fit
 */
export async function fetchNotice({ most, atOnce, folder }: Fetch): Promise<string> {
  const free = await freeGigabytes(folder);
  const needed = atOnce * LARGEST_GB;
  if (free < needed) {
    throw new QaError(
      `${plural(most, "release")} would be fetched into ${folder}, where ${needed.toFixed(1)} GB are needed and ${free.toFixed(1)} GB free`,
      {
        code: "disk-full",
        fault: "environment",
        hint: "Make room (`qa gateway prune`), or let GATEWAY_QA_CACHE name a folder on another disk.",
      },
    );
  }
  const each = most === 1 ? "" : " each";
  return `up to ${plural(most, "release")} will be fetched into ${folder}, ${SMALLEST_GB} to ${LARGEST_GB} GB${each}; ${free.toFixed(1)} GB are free`;
}

/** Free for this user, on the disk of a folder that may not be there yet. */
async function freeGigabytes(folder: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return (bavail * bsize) / 1e9;
  } catch (error) {
    if (dirname(folder) === folder) throw error;
    return freeGigabytes(dirname(folder));
  }
}
