import { mkdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { errorMessage, UsageError } from "../base/errors.ts";
import { replaceJsonFile } from "../base/files.ts";
import { userFolder } from "../base/invocation.ts";
import { cacheFolder } from "../gateway/openclaw/cache.ts";
import { publishedReleases } from "../gateway/openclaw/registry.ts";
import { readDurations } from "../lanes/durations.ts";
import { planMatrix } from "../lanes/matrix.ts";
import { chooseLanes } from "../lanes/read.ts";
import type { Matrix } from "../results/merge/matrix-schema.ts";
import { loadCatalog } from "../scenario/catalog/catalog.ts";
import { toArgs } from "./command-options.ts";
import { foldersOf, loadLanes, packContext } from "./lanes-file.ts";
import type { OptionsOf } from "./options.ts";
import { repositoryRoot } from "./workspace.ts";

/**
 * Plans the jobs of the named lanes, or of all lanes if none is named.
 * @throws UsageError for an unknown lane; InvalidLanes; QaError `registry-unreachable`
 */
export async function planLanes(
  names: readonly string[],
  { lanes: typed, pack, durations }: Pick<OptionsOf<"matrix">, "lanes" | "pack" | "durations">,
  signal: AbortSignal,
): Promise<Matrix> {
  const cwd = userFolder();
  const lanes = loadLanes(typed);
  const chosen = chooseLanes(lanes, names);
  const context = packContext(pack);
  const { env } = process;
  return planMatrix({
    lanes,
    chosen,
    context,
    catalog: await loadCatalog({ repoRoot: repositoryRoot(), packs: foldersOf(chosen, lanes, context), cwd }),
    env,
    durations: await readDurations(durations && resolve(cwd, durations)),
    published: () => publishedReleases(join(cacheFolder(env), "releases.json"), { env, signal }),
    argsOf: (job) => ["run", ...toArgs(job), ...toArgs({ lanes: typed, pack, durations })],
  });
}

/** Writes a matrix in the form that `qa merge --expect` reads. */
export async function writeMatrix(path: string, planned: Matrix): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  try {
    await replaceJsonFile(path, planned);
  } catch (error) {
    throw new UsageError(
      `the matrix cannot be written: ${errorMessage(error)}`,
      "Give --out a file that is new.",
    );
  }
}
