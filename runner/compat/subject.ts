import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { errorMessage, QaError, UsageError } from "../base/errors.ts";
import { readJsonObject } from "../base/files.ts";
import { digestOfFolder } from "../base/folder-digest.ts";
import type { JsonObject } from "../base/json.ts";
import { isPackedPlugin, isWithin } from "../base/paths.ts";
import type { PluginPackageOptions } from "../gateway/npm/plugin-package.ts";
import type { RefusedConnection } from "../gateway/process/outside.ts";
import { MANIFEST, oldestReleaseFor, readPluginManifest } from "../run/testbed/plugin-manifest.ts";

/** A plugin that is judged. */
export interface Subject {
  /** As it was named. */
  from: string;
  id: string;
  /** Of its package.json, if it has one. */
  name: string | undefined;
  version: string | undefined;
  /** That it says it is for. */
  oldestRelease: string | undefined;
  manifest: JsonObject;
  /** What a gateway's own `plugins install` is given: an absolute path, or a package of the registry with its version. */
  install: string;
  /** Absolute folder to load it from where it is not installed; with its dependencies, if it was installed for that. */
  folder: string;
  /** It came from the registry or an archive, with its dependencies beside it. */
  packed: boolean;
  /** Changes with everything that it consists of. */
  digest: string;
}

export interface SubjectOptions extends PluginPackageOptions {
  /** Folder that `from` is relative to; absolute. */
  cwd: string;
  /** Absolute folder for what is unpacked. */
  scratch: string;
  /** Its install scripts run. */
  allowScripts: boolean;
}

/**
 * Finds a plugin: in a folder, in a packed archive, or in the registry that npm is configured for, from where it is
 * installed with its dependencies.
 * @throws UsageError for what is none; QaError `registry-unreachable`, `plugin-install-failed`
 */
export async function findSubject(from: string, options: SubjectOptions): Promise<Subject> {
  const path = resolve(options.cwd, from);
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) {
    const folder = await folderOfPlugin(path, from);
    return subjectIn(folder, { from, install: folder, packed: false, digest: await digestOfFolder(folder) });
  }
  const { installPluginArchive, installPluginPackage } = await import("../gateway/npm/plugin-package.ts");
  if (found?.isFile() && isPackedPlugin(path)) {
    const folder = await installPluginArchive(path, options);
    const digest = createHash("sha256")
      .update(await readFile(path))
      .digest("hex");
    return subjectIn(folder, { from, install: path, packed: true, digest });
  }
  if (found || /^[./~]/.test(from) || isPackedPlugin(from)) {
    throw new UsageError(
      found ? `${from} is neither a folder nor an archive of a plugin` : `there is no ${from}`,
      "Give a plugin's folder, a .tgz that npm has packed, or a package such as @scope/name@1.2.3.",
    );
  }
  const folder = await installPluginPackage(from, options).catch((error: unknown) => {
    if (!(error instanceof QaError && error.code === "unknown-package")) throw error;
    throw new UsageError(error.message, `\`npm view ${from} versions\` shows which there are.`);
  });
  const { name, version } = await readJsonObject(join(folder, "package.json"));
  const exact = `${name}@${version}`;
  // Without the prefix a release asks ClawHub first, which is another package of the same name, or out of reach.
  return subjectIn(folder, { from, install: `npm:${exact}`, packed: true, digest: exact });
}

/** The folder itself, or the nearest above it that holds a manifest, up to a repository's root. */
async function folderOfPlugin(path: string, from: string): Promise<string> {
  for (let folder = path; ; folder = resolve(folder, "..")) {
    const names = await readdir(folder);
    if (names.includes(MANIFEST)) return folder;
    if (names.includes(".git") || resolve(folder, "..") === folder) break;
  }
  throw new UsageError(
    `${from === "." ? "this folder" : from} holds no plugin: there is no ${MANIFEST}`,
    "Stand in a plugin's repository, or name a folder, an archive or a package.",
  );
}

async function subjectIn(
  folder: string,
  parts: Pick<Subject, "from" | "install" | "packed" | "digest">,
): Promise<Subject> {
  const [manifest, packageJson] = await Promise.all([
    readManifest(folder, parts.from),
    readJsonObject(join(folder, "package.json")).catch((): JsonObject => ({})),
  ]);
  const { name, version } = packageJson;
  return {
    ...parts,
    folder,
    manifest,
    id: String(manifest.id),
    name: typeof name === "string" ? name : undefined,
    version: typeof version === "string" ? version : undefined,
    oldestRelease: oldestReleaseFor(packageJson),
  };
}

async function readManifest(folder: string, from: string): Promise<JsonObject> {
  try {
    return await readPluginManifest(folder);
  } catch (error) {
    throw new QaError(`the plugin ${from} has no ${MANIFEST} that can be read: ${errorMessage(error)}`, {
      code: "plugin-unreadable",
      fault: "product",
      hint: `${basename(folder)}/${MANIFEST} is what every gateway reads first: it must be there, with an id.`,
    });
  }
}

/**
 * Where a plugin wanted to connect to: what the gateway itself did not try before it came, or what its files asked for.
 * @param before how many of them were refused then
 */
export function wantedBy(
  { id, folder }: Subject,
  refused: readonly RefusedConnection[],
  before: number,
): string[] {
  const own = new Set(refused.slice(0, before).map(({ to }) => to));
  const isIts = ({ to, from }: RefusedConnection) =>
    !own.has(to) || from.some((file) => file.includes(`/${id}/`) || isWithin(file, folder));
  return [
    ...new Set(
      refused
        .slice(before)
        .filter(isIts)
        .map(({ to }) => to),
    ),
  ];
}
