import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { QaError } from "../../base/errors.ts";
import { readJsonObject } from "../../base/files.ts";
import { guardedEnv } from "../../base/guardian.ts";
import { areUnchanged } from "../../base/inputs.ts";
import type { JsonObject } from "../../base/json.ts";
import { removeOldBuilds } from "../../base/old-builds.ts";
import { BUILT, CACHE, ROOT } from "../../base/places.js";
import type { Progress } from "../npm/progress.ts";
import { loadExeca } from "../process/start-process.ts";

/** A build of the embedded gateway, as its build script reports it. */
export interface EmbeddedBuild {
  /** Folder of the built package; absolute. */
  root: string;
  /** File that node runs; absolute. */
  entry: string;
  version: string;
  buildId: string;
  /** Names of the faults it knows. */
  faults: readonly string[];
  /** File with the table of its mutants; absolute. */
  mutants?: string;
}

/** With mutants in it, one of which can be switched on, or without; what tells the build scripts, and the name of the build. */
export const FLAVOURS = {
  plain: { args: [], current: "current.json" },
  mutants: { args: ["--mutants"], current: "current-mutants.json" },
} as const;

export type Flavour = keyof typeof FLAVOURS;

const PACKAGE = join(ROOT, "fixtures/gateway");

/** Files and folders that the embedded gateway is built from, absolute; none where it came built. */
export const GATEWAY_SOURCE: readonly string[] = BUILT
  ? []
  : ["src", "build.ts", "package.json"].map((path) => join(PACKAGE, path));

/** What the package says about the build that it brings along, in the folder of that build. */
export const BUILD_FILE = "build.json";

/**
 * The current build: of a checkout, made first when a source is newer than it; of the package, unpacked first.
 * @throws QaError `gateway-build-failed` with the build's own words; `build-not-allowed`
 */
export async function ensureBuild(
  packageRoot: string,
  signal: AbortSignal,
  progress?: Progress,
  flavour: Flavour = "plain",
): Promise<EmbeddedBuild> {
  if (BUILT) return unpackBuild(BUILT.gateway);
  const fresh = await readFreshBuild(packageRoot, flavour);
  if (fresh) return fresh;
  const make = () => build(packageRoot, signal, flavour);
  return progress ? progress.during("building the embedded gateway", make) : make();
}

/** Below the user's cache: it keeps there what was compiled, and behaves like one that no package manager installed. */
async function unpackBuild(archive: string): Promise<EmbeddedBuild> {
  const root = join(CACHE, "gateway");
  const { unpackOnce } = await import("../../base/archive.ts");
  await unpackOnce(archive, root);
  await removeOldBuilds(CACHE);
  const found = parseBuild({ ...(await readJsonObject(join(root, BUILD_FILE))), root });
  if (!found) throw new Error(`${archive} holds no build`);
  return found;
}

/** Looks at sizes and times as long as these say enough: asking the build script would cost as much as a start. */
async function readFreshBuild(packageRoot: string, flavour: Flavour): Promise<EmbeddedBuild | undefined> {
  try {
    const current = await readJsonObject(join(packageRoot, ".build", FLAVOURS[flavour].current));
    const found = parseBuild(current);
    if (!found) return undefined;
    const { inputs } = await readJsonObject(join(found.root, "build.json"));
    const unchanged = Array.isArray(inputs) && inputs.length > 0 && areUnchanged(packageRoot, inputs);
    return unchanged && (await stat(found.entry)).isFile() ? found : undefined;
  } catch {
    // No build yet, or one that is half gone.
    return undefined;
  }
}

async function build(packageRoot: string, signal: AbortSignal, flavour: Flavour): Promise<EmbeddedBuild> {
  const { execa } = await loadExeca();
  const script = join(packageRoot, "build.ts");
  const result = await execa(process.execPath, [script, ...FLAVOURS[flavour].args], {
    cwd: packageRoot,
    env: guardedEnv({}),
    cancelSignal: signal,
    reject: false,
    stdin: "ignore",
  });
  signal.throwIfAborted();
  const built = result.failed ? undefined : parseBuild(parseJson(result.stdout));
  if (built) return built;
  rejectOthersCheckout(result.stderr, packageRoot);
  throw new QaError("the embedded gateway could not be built", {
    code: "gateway-build-failed",
    fault: "harness",
    hint: `Run \`node ${script}\` to see it for yourself.`,
    details: result.stderr || result.stdout || result.shortMessage,
  });
}

/**
 * Explains a build that failed because this user may not write where it has to be written.
 * @param words of the build
 * @throws QaError `build-not-allowed`
 */
export function rejectOthersCheckout(words: string, packageRoot: string): void {
  const [, code] = /\b(EACCES|EPERM|EROFS)\b: /.exec(words) ?? [];
  if (!code) return;
  throw new QaError(`the embedded gateway has to be built, and this user may not write to ${packageRoot}`, {
    code: "build-not-allowed",
    fault: "environment",
    hint: "Have the owner of the checkout run the same once, or use a checkout of your own.",
    details: code === "EROFS" ? "The file system is read-only." : undefined,
  });
}

function parseBuild({
  root,
  entry,
  version,
  buildId,
  faults,
  mutants,
}: JsonObject): EmbeddedBuild | undefined {
  if (typeof root !== "string" || typeof entry !== "string") return undefined;
  if (typeof version !== "string" || typeof buildId !== "string") return undefined;
  if (!Array.isArray(faults)) return undefined;
  const table = typeof mutants === "string" ? { mutants } : {};
  return { root, entry: resolve(root, entry), version, buildId, faults, ...table };
}

function parseJson(text: string): JsonObject {
  try {
    return JSON.parse(text) as JsonObject;
  } catch {
    return {};
  }
}
