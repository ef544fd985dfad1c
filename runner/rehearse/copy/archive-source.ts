import { posix } from "node:path";
import type { ReadEntry } from "tar";
import { errorMessage, QaError } from "../../base/errors.ts";
import { isJsonObject, type JsonObject } from "../../base/json.ts";
import { CONFIG, type Found, type Source, unreadable } from "./source.ts";

/** A config, or what `openclaw backup create` says of an archive, is smaller. */
const LARGEST_TEXT = 16 * 1024 * 1024;
/** Where an archive does not say where it comes from. */
const SOMEWHERE = "/archived";

interface Layout {
  stateDir: string;
  configPath: string;
  workspaces: string[];
  /** Where an entry lay; undefined for what was no part of an installation. */
  originalOf(entry: string): string | undefined;
}

/** An archive of an installation: of `openclaw backup create`, or of its folder. Nothing is unpacked. */
export class ArchiveSource implements Source {
  readonly name: string;
  readonly stateDir: string;
  readonly configPath: string;
  readonly config: string;
  readonly workspaces: readonly string[];
  readonly owner = undefined;
  readonly isHere = false;
  readonly #file: string;
  readonly #layout: Layout;

  private constructor(file: string, name: string, layout: Layout, config: string) {
    this.#file = file;
    this.name = name;
    this.#layout = layout;
    this.stateDir = layout.stateDir;
    this.configPath = layout.configPath;
    this.workspaces = layout.workspaces;
    this.config = config;
  }

  /** @throws QaError `state-unreadable`, `archive-unsafe` */
  static async open(file: string, name: string): Promise<ArchiveSource> {
    const texts = new Map<string, string>();
    const isText = (path: string) => /(?:^|\/)(?:openclaw|manifest)\.json$/.test(path);
    await readArchive(file, name, isText, async (entry, read) => {
      if (entry.size <= LARGEST_TEXT) texts.set(entry.path, String(await read()));
    });
    const layout = layoutOf(texts) ?? plainLayout(texts);
    if (!layout) throw unreadable(name, `there is no ${CONFIG} in it`);
    const config = [...texts].find(([entry]) => layout.originalOf(entry) === layout.configPath)?.[1];
    if (config === undefined) throw unreadable(name, `the config ${layout.configPath} is not in it`);
    return new ArchiveSource(file, name, layout, config);
  }

  async freeBytes(): Promise<undefined> {
    return undefined;
  }

  async visit(folders: readonly string[], visit: (found: Found) => Promise<void>): Promise<void> {
    const { originalOf } = this.#layout;
    const isWanted = (entry: string) => {
      const path = originalOf(entry);
      return path !== undefined && folders.some((folder) => path.startsWith(`${folder}/`));
    };
    await readArchive(this.#file, this.name, isWanted, async (entry, read) => {
      const path = originalOf(entry.path);
      if (path === undefined || entry.type === "Directory") return;
      const kind =
        entry.type === "SymbolicLink" ? "link" : /^(?:Old)?File$/.test(entry.type) ? "file" : "other";
      const { size, mode = 0o600, linkpath } = entry;
      await visit({ path, kind, size, mode, ...(linkpath ? { target: linkpath } : {}), read });
    });
  }
}

/**
 * Reads the entries that are wanted.
 * @throws QaError `archive-unsafe` for one that leads out of it; `state-unreadable` for what is no archive
 */
async function readArchive(
  file: string,
  name: string,
  isWanted: (path: string) => boolean,
  onEntry: (entry: ReadEntry, read: () => Promise<Buffer>) => Promise<void>,
): Promise<void> {
  const { list } = await import("tar");
  const handled: Promise<void>[] = [];
  let unsafe: string | undefined;
  const take = async (entry: ReadEntry) => {
    // Read in any case: the next entry comes when this one has been taken.
    const content = await entry.concat();
    await onEntry(entry, async () => content);
  };
  try {
    await list({
      file,
      strict: true,
      onReadEntry(entry) {
        if (posix.isAbsolute(entry.path) || entry.path.split(/[\\/]/).includes("..")) unsafe ??= entry.path;
        if (unsafe !== undefined || !isWanted(entry.path)) entry.resume();
        else handled.push(take(entry));
      },
    });
  } catch (error) {
    throw unreadable(name, errorMessage(error));
  }
  if (unsafe !== undefined) {
    throw new QaError(`${name} holds ${unsafe}, which leads out of it`, {
      code: "archive-unsafe",
      fault: "environment",
      hint: "An archive of an installation has only paths within itself: make it again.",
    });
  }
  for (const each of handled) await each;
}

/** As `openclaw backup create` says it in its manifest. */
function layoutOf(texts: ReadonlyMap<string, string>): Layout | undefined {
  const manifest = [...texts].find(([entry]) => /^[^/]+\/manifest\.json$/.test(entry))?.[1];
  const assets = manifest === undefined ? [] : assetsIn(manifest);
  const state = assets.find(({ kind }) => kind === "state");
  if (!state) return undefined;
  const config = assets.find(({ kind }) => kind === "config");
  return {
    stateDir: state.sourcePath,
    configPath: config?.sourcePath ?? posix.join(state.sourcePath, CONFIG),
    workspaces: assets.flatMap(({ kind, sourcePath }) => (kind === "workspace" ? [sourcePath] : [])),
    originalOf(entry) {
      const asset = assets.find(
        ({ archivePath }) => entry === archivePath || entry.startsWith(`${archivePath}/`),
      );
      return asset && asset.sourcePath + entry.slice(asset.archivePath.length).replace(/\/$/, "");
    },
  };
}

interface Asset {
  kind: string;
  sourcePath: string;
  archivePath: string;
}

function assetsIn(manifest: string): Asset[] {
  let value: JsonObject;
  try {
    value = JSON.parse(manifest) as JsonObject;
  } catch {
    return [];
  }
  const { assets } = value;
  return (Array.isArray(assets) ? assets : []).flatMap((asset: unknown) => {
    if (!isJsonObject(asset)) return [];
    const { kind, sourcePath, archivePath } = asset;
    if (typeof sourcePath !== "string" || typeof archivePath !== "string") return [];
    return posix.isAbsolute(sourcePath) ? [{ kind: String(kind), sourcePath, archivePath }] : [];
  });
}

/** The folder of the config that lies least deep is the state. Where it lay, the paths in its config say. */
function plainLayout(texts: ReadonlyMap<string, string>): Layout | undefined {
  const depth = (path: string) => path.split("/").length;
  const [config] = [...texts.keys()]
    .filter((entry) => posix.basename(entry) === CONFIG)
    .sort((one, other) => depth(one) - depth(other));
  if (config === undefined) return undefined;
  const top = posix.dirname(posix.normalize(config));
  const stateDir = namedIn(texts.get(config) ?? "", posix.basename(top)) ?? posix.join(SOMEWHERE, top);
  return {
    stateDir,
    configPath: posix.join(stateDir, CONFIG),
    workspaces: [],
    originalOf(entry) {
      const path = posix.normalize(entry).replace(/\/$/, "");
      if (top === "." || path === top) return posix.join(stateDir, path === top ? "" : path);
      return path.startsWith(`${top}/`) ? posix.join(stateDir, path.slice(top.length + 1)) : undefined;
    },
  };
}

/** The folder of this name in a path that a config holds. */
function namedIn(config: string, name: string): string | undefined {
  if (name === ".") return undefined;
  const [, path] = /^\.?[\w-]+$/.test(name)
    ? (new RegExp(`"(/[^"\\n]*/${name.replace(".", "\\.")})(?=[/"])`).exec(config) ?? [])
    : [];
  return path;
}
