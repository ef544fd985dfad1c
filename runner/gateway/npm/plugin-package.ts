import { createHash, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { maxSatisfying, rcompare } from "semver";
import { QaError } from "../../base/errors.ts";
import { readJsonObject } from "../../base/files.ts";
import { guardFolder } from "../../base/guardian.ts";
import { isJsonObject } from "../../base/json.ts";
import { userCache } from "../../base/user-cache.js";
import type { Environment } from "../process/env.ts";
import { requireNpm, runNpm } from "./npm.ts";

const STAGING = ".staging-";
/** The registry says that there is no such package or version. */
const NOT_THERE = /\bE404\b|\bETARGET\b/;
/** It wants to know who asks, or does not let them. */
const REFUSED = /\bE40[13]\b|\bENEEDAUTH\b/;

export interface PluginPackageOptions {
  env: Environment;
  signal: AbortSignal;
  /** Install scripts, the plugin's and its dependencies', run; default: they do not. */
  allowScripts?: boolean;
}

interface Published {
  version: string;
  integrity: string;
}

/**
 * Installs a package of the registry that npm is configured for, without its install scripts and with its dependencies;
 * what was installed before is used again as long as the registry says that it is the same.
 * @param spec name and version, range or tag: `@scope/name@1`
 * @returns absolute folder of the package
 * @throws QaError `unknown-package`, `registry-unreachable`, `registry-refused`, `plugin-install-failed`, `npm-missing`; the
 * signal's reason
 */
export async function installPluginPackage(spec: string, options: PluginPackageOptions): Promise<string> {
  const at = spec.indexOf("@", 1);
  const name = at === -1 ? spec : spec.slice(0, at);
  const cache = join(userCache(options.env), "plugins");
  const published = await publishedAs(spec, options);
  if (!published) return installedBefore(cache, name, at === -1 ? "*" : spec.slice(at + 1), spec);
  // What scripts have changed is not for those who do not allow them.
  const kind = options.allowScripts ? ".scripts" : "";
  const folder = join(
    cache,
    `${folderName(name)}@${published.version}-${digest(published.integrity)}${kind}`,
  );
  if (!existsSync(folder)) await install(name, published, { folder, cache, ...options });
  return join(folder, "node_modules", name);
}

/** @returns undefined when the registry cannot be reached */
async function publishedAs(
  spec: string,
  { env, signal }: PluginPackageOptions,
): Promise<Published | undefined> {
  const asked = await runNpm(["view", spec, "version", "dist.integrity", "--json"], {
    cwd: tmpdir(),
    env,
    signal,
  });
  const found = asked.ok ? publishedIn(asked.stdout) : undefined;
  if (found) return found;
  if (asked.ok || NOT_THERE.test(asked.output)) {
    throw new QaError(`the package registry has no ${spec}`, {
      code: "unknown-package",
      fault: "scenario",
      hint: "Correct `npm` in the scenario's plugins; `npm view` of it shows which versions there are.",
    });
  }
  if (REFUSED.test(asked.output)) {
    throw new QaError(`the package registry does not let this user have ${spec}`, {
      code: "registry-refused",
      fault: "environment",
      hint: "Log in to it, or set the variable that your .npmrc names for its token.",
      details: asked.output,
    });
  }
  return undefined;
}

/** Of several that a range means, the newest. */
function publishedIn(text: string): Published | undefined {
  const answers = text.trim() === "" ? [] : [JSON.parse(text)].flat();
  return answers
    .flatMap((answer): Published[] => {
      if (!isJsonObject(answer)) return [];
      const { version, "dist.integrity": integrity } = answer;
      return typeof version === "string" && typeof integrity === "string" ? [{ version, integrity }] : [];
    })
    .sort((one, other) => rcompare(one.version, other.version))[0];
}

/** The newest one in the cache that fits. @throws QaError `registry-unreachable` */
async function installedBefore(cache: string, name: string, range: string, spec: string): Promise<string> {
  const prefix = `${folderName(name)}@`;
  const folders = (await readdir(cache).catch(() => [])).filter(
    (each) => each.startsWith(prefix) && !each.endsWith(".scripts"),
  );
  const versionOf = (folder: string) => folder.slice(prefix.length, folder.lastIndexOf("-"));
  const version = maxSatisfying(folders.map(versionOf), range);
  const folder = folders.find((each) => versionOf(each) === version);
  if (folder) return join(cache, folder, "node_modules", name);
  throw new QaError(`the plugin ${spec} is not installed, and the package registry cannot be reached`, {
    code: "registry-unreachable",
    fault: "environment",
    hint: "Check npm's configuration and the network.",
  });
}

async function install(
  name: string,
  { version, integrity }: Published,
  { folder, cache, ...options }: PluginPackageOptions & { folder: string; cache: string },
): Promise<void> {
  const staging = join(cache, `${STAGING}${randomBytes(6).toString("hex")}`);
  // By the time that it is complete it has another name.
  guardFolder(staging);
  await mkdir(staging, { recursive: true, mode: 0o700 });
  try {
    const manifest = { private: true, dependencies: { [name]: version } };
    await writeFile(join(staging, "package.json"), JSON.stringify(manifest));
    await npmInstall(staging, `${name}@${version}`, options);
    await requireIntegrity(staging, name, version, integrity);
    // Another run may have been faster: then its folder is the same.
    await rename(staging, folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(staging, { recursive: true, force: true, maxRetries: 3 });
  }
}

/**
 * Installs a plugin of this machine with its dependencies, as it would be published: from a packed archive, or from a
 * folder with what npm would pack of it.
 * @param path absolute
 * @param scratch absolute folder; each install gets one of its own in it
 * @returns absolute folder of the package
 * @throws QaError `plugin-install-failed`, `npm-missing`; the signal's reason
 */
export async function installPluginArchive(
  path: string,
  { scratch, ...options }: PluginPackageOptions & { scratch: string },
): Promise<string> {
  const folder = join(scratch, `package-${randomBytes(6).toString("hex")}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(join(folder, "package.json"), JSON.stringify({ private: true }));
  await npmInstall(folder, path, options, ["--install-links", path]);
  const { dependencies } = await readJsonObject(join(folder, "package.json"));
  const [name = ""] = Object.keys(isJsonObject(dependencies) ? dependencies : {});
  return join(folder, "node_modules", name);
}

/** Whether a folder needs no dependencies, or has them beside it. @param folder absolute */
export async function hasOwnDependencies(folder: string): Promise<boolean> {
  const { dependencies } = await readJsonObject(join(folder, "package.json"));
  const names = Object.keys(isJsonObject(dependencies) ? dependencies : {});
  return names.every((name) => existsSync(join(folder, "node_modules", name)));
}

async function npmInstall(
  cwd: string,
  plugin: string,
  { env, signal, allowScripts = false }: PluginPackageOptions,
  what: readonly string[] = [],
): Promise<void> {
  // A plugin's peer is the gateway, which it is not installed for but loaded by.
  const flags = ["--legacy-peer-deps", "--omit=dev", "--prefer-offline"];
  await requireNpm(
    ["install", ...what, ...flags, ...(allowScripts ? [] : ["--ignore-scripts"])],
    { cwd, env, signal },
    {
      message: `the plugin ${plugin} could not be installed`,
      code: "plugin-install-failed",
      hint: "npm says why below. Try `npm install` of it in an empty folder to see it for yourself.",
    },
  );
}

/** What was installed must be what the registry described. @throws QaError `plugin-install-failed` */
async function requireIntegrity(
  staging: string,
  name: string,
  version: string,
  integrity: string,
): Promise<void> {
  const { packages } = await readJsonObject(join(staging, "package-lock.json"));
  const entry = isJsonObject(packages) ? packages[`node_modules/${name}`] : undefined;
  if (isJsonObject(entry) && entry.integrity === integrity) return;
  throw new QaError(`${name}@${version} is not what the package registry describes`, {
    code: "plugin-install-failed",
    fault: "environment",
    hint: "Its integrity differs: something between this machine and the registry changed it.",
  });
}

function folderName(name: string): string {
  return name.replace("/", "+");
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
