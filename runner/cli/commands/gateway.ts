import type { Command } from "commander";
import { QaError } from "../../base/errors.ts";
import { EXIT } from "../../base/exit-codes.ts";
import { parseRelease } from "../../base/target.ts";
import type { CachedRelease, ReleaseCache } from "../../gateway/openclaw/cache.ts";
import { addOptions } from "../command-options.ts";
import type { OptionsOf } from "../options.ts";
import { examples } from "../output.ts";
import { print, printJson } from "../redacted.ts";
import { withSession } from "../session.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** Declares `qa gateway …`, which manages the published releases on this machine. */
export function addGatewayCommand(program: Command, finish: (exitCode: number) => void): Command {
  const group = program
    .command("gateway")
    .description("manage the published gateway releases on this machine")
    .addHelpText(
      "after",
      examples("qa gateway install 2026.4.26", "qa gateway list", "qa gateway prune --days 7"),
    );
  group
    .command("install")
    .description("install a release, so that later runs need no network")
    .argument("<release>", "version, range or dist-tag, with or without openclaw@")
    .action(async (release: string) => finish(await installRelease(release)));
  addOptions(group.command("list").description("show the installed releases"), "gateway list").action(
    async (options: OptionsOf<"gateway list">) => finish(await listReleases(options)),
  );
  group
    .command("remove")
    .description("remove installed releases")
    .argument("<version...>", "versions as `qa gateway list` shows them")
    .action(async (versions: string[]) => finish(await removeReleases(versions)));
  addOptions(
    group
      .command("prune")
      .description("remove what interrupted installs left, and releases that were not used for a while"),
    "gateway prune",
  ).action(async (options: OptionsOf<"gateway prune">) => finish(await pruneReleases(options)));
  return group;
}

async function installRelease(release: string): Promise<number> {
  const [{ cacheFolder }, { OpenClawKind }, { streamProgress }] = await Promise.all([
    import("../../gateway/openclaw/cache.ts"),
    import("../../gateway/openclaw/openclaw.ts"),
    import("../../gateway/npm/progress.ts"),
  ]);
  return withSession(async ({ signal }) => {
    const kind = new OpenClawKind(parseRelease(release), {
      cacheFolder: cacheFolder(process.env),
      env: process.env,
      progress: streamProgress(process.stderr),
    });
    const { version, root } = await kind.install(signal);
    print(`openclaw@${version} is installed in ${root}\n`);
    return EXIT.passed;
  });
}

async function listReleases({ json }: OptionsOf<"gateway list">): Promise<number> {
  const cache = await releaseCache();
  const rows = (await cache.list()).map(rowOf);
  if (json) printJson({ folder: cache.folder, releases: rows });
  else if (rows.length === 0) print(`no release is installed in ${cache.folder}\n`);
  else
    for (const { version, buildId, node, lastUsedAt } of rows) {
      print(
        `openclaw@${version}  build ${buildId ?? "unknown"}  Node ${node}  last used ${lastUsedAt.slice(0, 10)}\n`,
      );
    }
  return EXIT.passed;
}

async function removeReleases(versions: readonly string[]): Promise<number> {
  const cache = await releaseCache();
  const { removeRelease } = await import("../../gateway/openclaw/prune.ts");
  return withSession(async ({ signal }) => {
    for (const given of versions) {
      const { spec: version } = parseRelease(given);
      if (!(await cache.find(version))) throw await notInstalled(version, cache);
      await removeRelease(cache, version, signal);
      print(`openclaw@${version} is removed\n`);
    }
    return EXIT.passed;
  });
}

async function pruneReleases({ days }: OptionsOf<"gateway prune">): Promise<number> {
  const cache = await releaseCache();
  const { pruneCache } = await import("../../gateway/openclaw/prune.ts");
  return withSession(async ({ signal }) => {
    const removed = await pruneCache(cache, { unusedForMs: days * DAY_MS, signal });
    for (const path of removed) print(`removed ${path}\n`);
    if (removed.length === 0) print("there is nothing to remove\n");
    return EXIT.passed;
  });
}

async function releaseCache(): Promise<ReleaseCache> {
  const { cacheFolder, ReleaseCache } = await import("../../gateway/openclaw/cache.ts");
  return new ReleaseCache(cacheFolder(process.env));
}

function rowOf({ version, buildId, nodeRange, root, installedAt, lastUsedAt }: CachedRelease) {
  return {
    version,
    buildId,
    node: nodeRange,
    folder: root,
    installedAt: installedAt.toISOString(),
    lastUsedAt: lastUsedAt.toISOString(),
  };
}

async function notInstalled(version: string, cache: ReleaseCache): Promise<QaError> {
  const installed = (await cache.list()).map((release) => release.version);
  return new QaError(`openclaw@${version} is not installed`, {
    code: "release-not-installed",
    fault: "environment",
    hint: installed.length > 0 ? `Installed: ${installed.join(", ")}.` : "No release is installed.",
  });
}
