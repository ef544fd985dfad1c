import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { EXIT } from "../../base/exit-codes.ts";
import { cacheFolder } from "../../gateway/openclaw/cache.ts";
import { publishedReleases } from "../../gateway/openclaw/registry.ts";
import { readDurations } from "../../lanes/durations.ts";
import { checkGithubLimits, githubMatrix } from "../../lanes/github.ts";
import { rejectErrors } from "../../lanes/invalid.ts";
import { type Matrix, planMatrix } from "../../lanes/matrix.ts";
import { chooseLanes } from "../../lanes/read.ts";
import { matrixText } from "../../lanes/text.ts";
import { loadCatalog } from "../../scenario/catalog/catalog.ts";
import { watchInterrupt } from "../interrupt.ts";
import { reportInvalid } from "../invalid.ts";
import { foldersOf, loadLanes, packContext } from "../lanes-file.ts";
import type { MatrixOptions } from "../matrix-options.ts";
import { REPO_ROOT, userFolder } from "../workspace.ts";

/** `qa matrix`: what would run. Boots nothing. */
export async function matrix(names: readonly string[], options: MatrixOptions): Promise<number> {
  const interrupt = watchInterrupt();
  try {
    const lanes = loadLanes(options.lanes);
    const planned = await planLanes(names, options, interrupt.signal);
    const github = githubMatrix(planned);
    if (options.format === "github") rejectErrors(checkGithubLimits(github, lanes));
    if (options.out) await writeMatrix(resolve(userFolder(), options.out), planned);
    // The services show what stands on standard error; their input is standard output alone.
    if (options.format !== "text") for (const note of planned.notes) process.stderr.write(`note: ${note}\n`);
    process.stdout.write(
      {
        github: () => `${JSON.stringify(github)}\n`,
        json: () => `${JSON.stringify(planned, undefined, 2)}\n`,
        text: () => matrixText(planned),
      }[options.format](),
    );
    return EXIT.passed;
  } catch (error) {
    if (interrupt.signal.aborted) return EXIT.interrupted;
    return await reportInvalid(error);
  } finally {
    interrupt.dispose();
  }
}

/**
 * Plans the jobs of the named lanes, of all for none.
 * @throws UsageError for an unknown lane; InvalidLanes; QaError `registry-unreachable`
 */
export async function planLanes(
  names: readonly string[],
  { lanes: typed, pack, durations }: Pick<MatrixOptions, "lanes" | "pack" | "durations">,
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
    catalog: await loadCatalog({ repoRoot: REPO_ROOT, packs: foldersOf(chosen, lanes, context), cwd }),
    env,
    durations: await readDurations(durations && resolve(cwd, durations)),
    published: () => publishedReleases(join(cacheFolder(env), "releases.json"), { env, signal }),
    contextArgs: [
      ...(typed ? ["--lanes", typed] : []),
      ...pack.flatMap((folder) => ["--pack", folder]),
      ...(durations ? ["--durations", durations] : []),
    ],
  });
}

/** Writes a matrix as `qa merge --expect` reads it. */
export async function writeMatrix(path: string, planned: Matrix): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${JSON.stringify(planned, undefined, 2)}\n`);
}
