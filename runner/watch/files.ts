import { basename, relative, sep } from "node:path";
import { watch } from "chokidar";
import { isWithin } from "../base/paths.ts";
import { after, type Cancel } from "../base/timers.ts";

/** One save is several events. */
const QUIET_MS = 25;

/** What no scenario depends on, or changes because a scenario ran. */
const IGNORED_FOLDERS: ReadonlySet<string> = new Set([
  ".git",
  "node_modules",
  ".build",
  ".cache",
  "coverage",
]);
/** What editors and file managers write beside a file that is saved. */
const IGNORED_FILES = /^(?:4913|\.#.*|#.*#|.*~|.*\.sw[a-z]|.*\.tmp|\.DS_Store|\.goutputstream-.*)$/;

export interface WatchOptions {
  /** Absolute; what lies below is no change. */
  except: readonly string[];
  /** @param changed absolute; files that were written, added or removed */
  onChange(changed: string[]): void;
  onError(error: unknown): void;
}

/** Files that are being watched. */
export interface WatchedFiles {
  /** Adds places that are not watched yet. @param places absolute */
  add(places: readonly string[]): void;
  close(): Promise<void>;
}

/**
 * Watches files and folders, with all that is below them.
 * @param places absolute; they exist
 * @returns once every change from now on is noticed
 */
export async function watchFiles(places: readonly string[], options: WatchOptions): Promise<WatchedFiles> {
  const { except, onChange, onError } = options;
  const watched = [...places];
  const changed = new Set<string>();
  let pending: Cancel | undefined;
  const flush = () => {
    pending = undefined;
    onChange([...changed.values()]);
    changed.clear();
  };
  const watcher = watch([...places], {
    ignoreInitial: true,
    ignored: (path) => except.some((folder) => isWithin(path, folder)) || isIgnored(path, watched),
  });
  watcher.on("all", (event, path) => {
    if (event === "addDir" || event === "unlinkDir") return;
    changed.add(path);
    pending?.();
    pending = after(QUIET_MS, flush);
  });
  watcher.on("error", onError);
  await new Promise<void>((resolve) => {
    watcher.once("ready", () => resolve());
  });
  return {
    add(more) {
      const unknown = more.filter((place) => !watched.includes(place));
      watched.push(...unknown);
      if (unknown.length > 0) watcher.add(unknown);
    },
    async close() {
      pending?.();
      await watcher.close();
    },
  };
}

/** A place that is watched may itself lie below what is ignored elsewhere. */
function isIgnored(path: string, places: readonly string[]): boolean {
  if (IGNORED_FILES.test(basename(path))) return true;
  return places
    .filter((place) => isWithin(path, place))
    .every((place) =>
      relative(place, path)
        .split(sep)
        .some((part) => IGNORED_FOLDERS.has(part)),
    );
}
