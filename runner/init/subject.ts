import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import JSON5 from "json5";
import { parse } from "yaml";
import { errorMessage, QaError, UsageError } from "../base/errors.ts";
import { isJsonObject, type JsonObject } from "../base/json.ts";
import { MANIFEST, oldestReleaseFor } from "../run/testbed/plugin-manifest.ts";
import { packageManagerOf } from "./package-manager.ts";

export const SKILL = "SKILL.md";

/** A plugin, as its manifest and its package have it. */
export interface PluginSubject {
  kind: "plugin";
  /** Absolute. */
  root: string;
  id: string;
  /** For people. */
  name: string;
  /** The tools that its manifest declares. */
  tools: string[];
  /** Some of them must be named in a policy before an agent has them. */
  hasOptionalTools: boolean;
  /** Schema of its config, as written. */
  configSchema: unknown;
  /** The file that a gateway loads, relative to the root; undefined for a plugin without code. */
  entry: string | undefined;
  /** The oldest release that it is for, if it says so. */
  oldestRelease: string | undefined;
}

export interface Skill {
  name: string;
  /** Its folder, relative to the root; empty for the root itself. */
  folder: string;
}

/** A repository of skills. */
export interface SkillSubject {
  kind: "skills";
  /** Absolute. */
  root: string;
  skills: [Skill, ...Skill[]];
}

export type Subject = PluginSubject | SkillSubject;

/**
 * What a repository is about: of the nearest folder, from the given one up to the one with `.git`, that has a plugin's
 * manifest, or a skill.
 * @param start absolute
 * @throws UsageError if there is neither; QaError `plugin-unreadable`
 */
export function subjectAround(start: string): Subject {
  for (let folder = start; ; folder = dirname(folder)) {
    const found = pluginIn(folder) ?? skillsIn(folder);
    if (found) return found;
    if (existsSync(join(folder, ".git")) || dirname(folder) === folder) break;
  }
  throw new UsageError(
    `this is neither a plugin (${MANIFEST}) nor a skill (${SKILL}, or skills/*/${SKILL})`,
    "Stand in a plugin's or a skill's repository. `openclaw plugins init <id>` makes a plugin.",
  );
}

function pluginIn(root: string): PluginSubject | undefined {
  const path = join(root, MANIFEST);
  const manifest = readObject(path, JSON5.parse);
  const packageJson = readObject(join(root, "package.json"), JSON.parse) ?? {};
  const { openclaw } = packageJson;
  if (manifest === undefined) {
    if (!isJsonObject(openclaw) || !Array.isArray(openclaw.extensions)) return undefined;
    throw new QaError(`package.json has a plugin of OpenClaw, and there is no ${MANIFEST} beside it`, {
      code: "plugin-unreadable",
      fault: "scenario",
      hint: "No release loads it like that. `openclaw plugins build` writes one; what it needs is an id and a configSchema.",
    });
  }
  const { id, name, contracts, toolMetadata, configSchema } = manifest;
  if (typeof id !== "string" || id.trim() === "") {
    throw new QaError(`${MANIFEST} has no id`, {
      code: "plugin-unreadable",
      fault: "scenario",
      hint: "Give it one, such as `tide-table`.",
    });
  }
  const tools = texts(isJsonObject(contracts) ? contracts.tools : undefined);
  const metadata = isJsonObject(toolMetadata) ? toolMetadata : {};
  return {
    kind: "plugin",
    root,
    id: id.trim(),
    name: typeof name === "string" && name.trim() !== "" ? name.trim() : id.trim(),
    tools,
    hasOptionalTools: tools.some((tool) => {
      const own = Object.hasOwn(metadata, tool) ? metadata[tool] : undefined;
      return isJsonObject(own) && own.optional === true;
    }),
    configSchema,
    entry: entryOf(root, packageJson, manifest),
    oldestRelease: oldestReleaseFor(packageJson),
  };
}

/**
 * The file that a gateway loads.
 * @throws QaError `not-built` if the package names files of which there is none
 */
function entryOf(root: string, packageJson: JsonObject, { skills }: JsonObject): string | undefined {
  const { openclaw } = packageJson;
  const { runtimeExtensions, extensions } = isJsonObject(openclaw) ? openclaw : {};
  const named = [runtimeExtensions, extensions].flatMap(texts);
  const possible = named.length > 0 ? named : ["index.ts", "index.js", "index.mjs", "index.cjs"];
  const found = possible.find((path) => existsSync(join(root, path)));
  if (found !== undefined) return relative(root, join(root, found));
  if (named.length === 0 && skills !== undefined) return undefined;
  throw new QaError(`the plugin is not built: its entry ${possible[0]} is not there`, {
    code: "not-built",
    fault: "environment",
    hint: `${howToBuild(root, packageJson)}, and start again.`,
  });
}

/** What a plugin needs after it was made or cloned. */
function howToBuild(root: string, { scripts, dependencies, devDependencies }: JsonObject): string {
  const { name, install } = packageManagerOf(root);
  const needed = [dependencies, devDependencies].flatMap((each) =>
    isJsonObject(each) ? Object.keys(each) : [],
  );
  const steps = [
    ...(needed.every((each) => isInstalled(root, each)) ? [] : [install]),
    ...(isJsonObject(scripts) && typeof scripts.build === "string" ? [`${name} run build`] : []),
  ];
  return steps.length > 0 ? `Run \`${steps.join("` and `")}\`` : "Build it";
}

function skillsIn(root: string): SkillSubject | undefined {
  const folder = join(root, "skills");
  const below = existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => join("skills", name))
        .toSorted()
    : [];
  const [first, ...others] = ["", ...below].flatMap((path) => skillIn(root, path));
  return first && { kind: "skills", root, skills: [first, ...others] };
}

function skillIn(root: string, folder: string): Skill[] {
  const path = join(root, folder, SKILL);
  if (!existsSync(path)) return [];
  const [, metadata = ""] = /^---\r?\n([\s\S]*?)\r?\n---/.exec(readFileSync(path, "utf8")) ?? [];
  const value = parseOrNothing(metadata);
  const name = isJsonObject(value) && typeof value.name === "string" ? value.name.trim() : "";
  return [{ name: name || basename(join(root, folder)), folder }];
}

/** Broken front matter is what the scenario will show. */
function parseOrNothing(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}

/** @throws QaError `plugin-unreadable` */
function readObject(path: string, read: (text: string) => unknown): JsonObject | undefined {
  if (!existsSync(path)) return undefined;
  try {
    const value = read(readFileSync(path, "utf8"));
    if (isJsonObject(value)) return value;
    throw new Error("it is not an object");
  } catch (error) {
    throw new QaError(`${basename(path)} cannot be read: ${errorMessage(error)}`, {
      code: "plugin-unreadable",
      fault: "scenario",
      hint: "Correct it first.",
    });
  }
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
}

/** @throws QaError `not-installed` if packages that the plugin needs are not there */
export function requirePackages({ root }: Subject, install: string): void {
  const { dependencies } = readObject(join(root, "package.json"), JSON.parse) ?? {};
  const missing = Object.keys(isJsonObject(dependencies) ? dependencies : {}).filter(
    (name) => !isInstalled(root, name),
  );
  if (missing.length === 0) return;
  throw new QaError(`the plugin's own packages are not installed: ${missing.join(", ")}`, {
    code: "not-installed",
    fault: "environment",
    hint: `Run \`${install}\`, and start again.`,
  });
}

/** Whether Node would find a package from this folder. */
export function isInstalled(root: string, name: string): boolean {
  for (let folder = root; ; folder = dirname(folder)) {
    if (existsSync(join(folder, "node_modules", name))) return true;
    if (dirname(folder) === folder) return false;
  }
}

/** An id for files and scenarios, made of a name: `@scope/Tide_Table` is `scope-tide-table`. */
export function slug(name: string): string {
  const words = name.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  return words.join("-") || "plugin";
}
