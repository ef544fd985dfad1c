import { join } from "node:path";
import { QaError } from "../../../base/errors.ts";
import { readJsonObject } from "../../../base/files.ts";
import { guardedEnv } from "../../../base/guardian.ts";
import { BUILT, CACHE } from "../../../base/places.js";
import { loadExeca } from "../../process/start-process.ts";
import { FLAVOURS, type Flavour, rejectOthersCheckout } from "../build.ts";

/** A release of the embedded gateway as the registry of a run offers it. */
export interface ReleaseSpec {
  version: string;
  /** Dist-tag that points to it. */
  tag: string;
  /** How the package itself is broken. */
  defect?: string;
  /** The registry serves other bytes than it promises. */
  tampered?: boolean;
}

/** What the registry of a run offers. Scenarios choose by tag; docs/updates.md lists them. */
export const RELEASES: readonly ReleaseSpec[] = [
  { version: "1.0.0", tag: "previous" },
  { version: "1.1.0", tag: "latest" },
  { version: "1.2.0-beta.1", tag: "beta" },
  { version: "1.1.1", tag: "missing-file", defect: "missing-file" },
  { version: "1.1.2", tag: "wrong-integrity", tampered: true },
  { version: "1.1.3", tag: "crash-at-start", defect: "crash-at-start" },
  { version: "1.1.4", tag: "crash-after-check", defect: "crash-after-check" },
];

/** A built release: a folder that npm can publish. */
export interface BuiltRelease extends ReleaseSpec {
  name: string;
  root: string;
}

/**
 * Builds releases of the embedded gateway's current source; what is built already is kept. The package brings them along.
 * @throws QaError `release-build-failed` with the build's own words; `build-not-allowed`
 */
export async function buildReleases(
  packageRoot: string,
  specs: readonly ReleaseSpec[],
  signal: AbortSignal,
  flavour: Flavour = "plain",
): Promise<BuiltRelease[]> {
  if (BUILT) return unpackReleases(BUILT.releases, specs);
  const { execa } = await loadExeca();
  const script = join(packageRoot, "build-releases.ts");
  const args = specs.map(({ version, defect }) => (defect ? `${version}=${defect}` : version));
  const result = await execa(process.execPath, [script, ...FLAVOURS[flavour].args, ...args], {
    cwd: packageRoot,
    env: guardedEnv({}),
    cancelSignal: signal,
    reject: false,
    stdin: "ignore",
  });
  signal.throwIfAborted();
  if (result.failed) {
    rejectOthersCheckout(result.stderr, packageRoot);
    throw new QaError("the releases of the embedded gateway could not be built", {
      code: "release-build-failed",
      fault: "harness",
      hint: `Run \`node ${script} ${args.join(" ")}\` to see it for yourself.`,
      details: result.stderr || result.shortMessage,
    });
  }
  const built = JSON.parse(result.stdout) as { name: string; root: string }[];
  return specs.map((spec, index) => {
    const { name = "", root = "" } = built[index] ?? {};
    return { ...spec, name, root };
  });
}

async function unpackReleases(archive: string, specs: readonly ReleaseSpec[]): Promise<BuiltRelease[]> {
  const folder = join(CACHE, "releases");
  const { unpackOnce } = await import("../../../base/archive.ts");
  await unpackOnce(archive, folder);
  return Promise.all(
    specs.map(async (spec) => {
      const root = join(folder, releaseFolder(spec));
      const { name } = await readJsonObject(join(root, "package.json"));
      return { ...spec, name: String(name), root };
    }),
  );
}

/** Name of a release's folder beside those of the others. */
export function releaseFolder({ version, defect }: Pick<ReleaseSpec, "version" | "defect">): string {
  return defect ? `${version}-${defect}` : version;
}
