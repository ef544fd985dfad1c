import { join } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import { QaError, UsageError } from "../base/errors.ts";
import { userFolder } from "../base/invocation.ts";
import type { JsonObject } from "../base/json.ts";
import { EMBEDDED } from "../base/target.ts";
import { makeTempFolder } from "../base/temp-folder.ts";
import { compare, exitCodeOf } from "../compat/compare.ts";
import { COMPAT_VERSION, type CompatReport } from "../compat/compat-schema.ts";
import { KeptJudgements } from "../compat/kept.ts";
import { namesPublished, releasesThatMatter, type Wanted, wantedReleases } from "../compat/release-list.ts";
import { findSubject, type Subject } from "../compat/subject.ts";
import { npmAccess } from "../gateway/npm/npm-access.ts";
import { cacheFolder, ReleaseCache } from "../gateway/openclaw/cache.ts";
import { publishedReleases } from "../gateway/openclaw/registry.ts";
import { fetchNotice } from "../gateway/openclaw/space.ts";
import type { OptionsOf } from "./options.ts";
import { printNote } from "./redacted.ts";
import type { Session } from "./session.ts";

const SHORTEST_SECRET = 8;

export interface PluginOrder {
  options: OptionsOf<"compat">;
  /** Of the plugin's entry. */
  config: JsonObject;
  toolArguments: Readonly<Record<string, JsonObject>>;
  /** As it could be typed again. */
  command: string;
  session: Session;
  onLeft(problem: string): void;
}

/**
 * Judges a plugin on the gateways that `--releases` names.
 * @throws UsageError; QaError for a plugin or releases that cannot be had; the signal's reason
 */
export async function judgePlugin(from: string, order: PluginOrder): Promise<CompatReport> {
  const { options, config, toolArguments, command, session, onLeft } = order;
  const { signal, teardown } = session;
  const { call: callAll = false, allowScripts = false, releases } = options;
  const secrets = secretsOf(options.secret);
  const scratch = await makeTempFolder({ kind: "plugin", teardown });
  const access = await npmAccess(userFolder(), process.env, {
    // Apart from where the plugin lies: it may hold credentials.
    folder: await makeTempFolder({ kind: "npmrc", teardown }),
    signal,
  });
  const npm = { env: { ...process.env, ...access.env }, allowScripts };
  const subject = await findSubject(from, { ...npm, cwd: userFolder(), scratch, signal });
  const wanted = await wantedOf(releases, subject, signal);
  const allowed = sentenceOf(allowScripts, Object.keys(secrets), callAll);
  printNote(`${allowed}\n`);
  const kept = await KeptJudgements.open(process.env, [
    ...[packageJson.version, subject.digest, subject.id, callAll, allowScripts, config, toolArguments],
    Object.keys(secrets),
  ]);
  const compared = await compare({
    wanted,
    kept,
    onBegin: (gateway) => printNote(`${subject.id} on ${gateway} …\n`),
    onJudged: ({ gateway, verdict }, again) =>
      printNote(
        `${subject.id} on ${gateway}: ${verdict}${again ? ", as judged before the interrupt" : ""}\n`,
      ),
    setup: {
      ...{ subject, config, secrets, toolArguments, callAll, signal, teardown, onLeft },
      byPath: allowScripts && subject.packed,
      npm: access,
      loadFolder: () => loadFolderOf(subject, { ...npm, scratch, signal }),
      onRow: (text) => printNote(`  ${text}\n`),
    },
  });
  await kept.done();
  return {
    version: COMPAT_VERSION,
    command,
    createdAt: new Date().toISOString(),
    exitCode: exitCodeOf(compared.releases),
    plugin: {
      id: subject.id,
      ...(subject.name ? { name: subject.name } : {}),
      ...(subject.version ? { version: subject.version } : {}),
      from,
    },
    allowed,
    ...compared,
  };
}

/** What a stranger's code could do here. */
function sentenceOf(scripts: boolean, secrets: readonly string[], callAll: boolean): string {
  const given = secrets.length > 0 ? `it was given ${secrets.join(", ")}` : "it was given no secret";
  return [
    `The plugin's code ran as you, on gateways with a HOME of their own; ${given}; Node's connections beyond this machine were refused;`,
    `its install scripts ${scripts ? "ran (--allow-scripts)" : "did not run"};`,
    callAll
      ? "all its tools and commands were called (--call)."
      : "only tools that are declared to read were called.",
  ].join(" ");
}

/** A folder whose dependencies are not installed is installed elsewhere, so that nothing is written into it. */
async function loadFolderOf(
  { packed, folder, name }: Subject,
  options: { env: NodeJS.ProcessEnv; allowScripts: boolean; scratch: string; signal: AbortSignal },
): Promise<string> {
  if (packed || name === undefined) return folder;
  const { hasOwnDependencies, installPluginArchive } = await import("../gateway/npm/plugin-package.ts");
  return (await hasOwnDependencies(folder)) ? folder : installPluginArchive(folder, options);
}

/** @throws UsageError for a variable that is not set */
function secretsOf(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.map((name) => {
      const value = process.env[name];
      if (!value)
        throw new UsageError(
          `--secret ${name}: this variable is not set`,
          "Set it, or leave the option out.",
        );
      if (value.length >= SHORTEST_SECRET) return [name, value];
      throw new UsageError(
        `--secret ${name}: its value has fewer than ${SHORTEST_SECRET} characters`,
        "A shorter one could not be told from other text, and would be shown.",
      );
    }),
  );
}

/** Says what releases take before the first one is fetched. */
async function wantedOf(
  releases: string | undefined,
  { oldestRelease }: Subject,
  signal: AbortSignal,
): Promise<Wanted> {
  if (releases !== undefined && !namesPublished(releases)) return { kind: "each", targets: [EMBEDDED] };
  const cache = new ReleaseCache(cacheFolder(process.env));
  const installed = (await cache.list()).map(({ version }) => version);
  const published = await publishedReleases(join(cache.folder, "releases.json"), {
    env: process.env,
    signal,
  }).catch((error: unknown) => {
    // Those that are installed can be had, if they were not asked for by name.
    if (releases !== undefined || !(error instanceof QaError && error.code === "registry-unreachable"))
      throw error;
    return { versions: installed, tags: {}, kept: true };
  });
  const wanted =
    releases === undefined
      ? releasesThatMatter(oldestRelease, published, installed)
      : wantedReleases(releases, published, installed);
  const versions =
    wanted.kind === "range"
      ? wanted.releases
      : wanted.targets.flatMap((target) => (target.kind === "openclaw" ? [target.spec] : []));
  const missing = versions.filter((version) => !installed.includes(version));
  if (missing.length === 0) return wanted;
  const most =
    wanted.kind === "range"
      ? Math.min(missing.length, Math.ceil(Math.log2(versions.length)) + 2)
      : missing.length;
  printNote(`${await fetchNotice({ most, atOnce: most, folder: cache.folder })}\n`);
  return wanted;
}
