import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { errorMessage, QaError, UsageError } from "../base/errors.ts";
import { EXIT } from "../base/exit-codes.ts";
import { replaceFile } from "../base/files.ts";
import { guardedEnv, guardGroup } from "../base/guardian.ts";
import { typedCommand, userFolder } from "../base/invocation.ts";
import { isJsonObject } from "../base/json.ts";
import { displayPath } from "../base/paths.ts";
import { PROGRAMS } from "../base/places.js";
import { secretValues } from "../base/secrets/names.ts";
import { Secrets, secretsIn } from "../base/secrets/secrets.ts";
import { makeTempFolder } from "../base/temp-folder.ts";
import { loadExeca } from "../gateway/process/start-process.ts";
import { ALONE_VARIABLE, aloneCommand, isAlone } from "../rehearse/alone.ts";
import { bundledWith, packageNames } from "../rehearse/bundled.ts";
import { makeImage } from "../rehearse/copy/image.ts";
import { type Installation, readInstallation } from "../rehearse/copy/installation.ts";
import { openSource } from "../rehearse/copy/open-source.ts";
import type { Source } from "../rehearse/copy/source.ts";
import { openPackageDoor, type PackageDoor, registryAt } from "../rehearse/packages/registry.ts";
import { rehearse } from "../rehearse/rehearse.ts";
import { REHEARSE_VERSION, type RehearseReport } from "../rehearse/rehearse-schema.ts";
import { releaseNamed } from "../rehearse/release.ts";
import { renderPage } from "../rehearse/render.ts";
import { EXIT_CODES } from "../rehearse/verdict.ts";
import type { OptionsOf } from "./options.ts";
import { print, printJson, printNote, redacted } from "./redacted.ts";
import { newRunId, type Session, TEARDOWN_MS } from "./session.ts";

type RehearseOptions = OptionsOf<"rehearse">;

/** A rehearsal that is asked to end ends its gateways first. */
const ENDING_MS = 90_000;

/** What is found out before the process has no way out. */
interface Found {
  from: string;
  to: string;
  packages: PackageDoor;
}

/**
 * Rehearses an update of an installation. The releases are fetched first; the rest happens in a network of its own,
 * where this system lets an ordinary user have one.
 * @param command as it could be typed again
 * @returns the exit code
 * @throws UsageError; QaError for a state or a release that cannot be had; the signal's reason
 */
export async function rehearseState(
  options: RehearseOptions,
  command: string,
  session: Session,
): Promise<number> {
  const found = process.env[ALONE_VARIABLE];
  if (found !== undefined) {
    if (!(await isAlone())) {
      throw new QaError(`${ALONE_VARIABLE} is set, and this process can reach other machines`, {
        code: "not-alone",
        fault: "harness",
        hint: "It is for a process that the rehearsal starts itself: do not set it.",
      });
    }
    delete process.env[ALONE_VARIABLE];
    return inside(options, JSON.parse(found) as Found, "namespace", command, session);
  }
  const { signal, teardown } = session;
  const { installation, name } = await openState(options, session);
  const from = options.from ?? (await installedRelease(installation, options.state === undefined));
  const resolved = { env: process.env, teardown, signal };
  const [was, is] = [
    await releaseNamed(from, "--from", resolved),
    await releaseNamed(options.to, "--to", resolved),
  ];
  if (was.version === is.version)
    throw new UsageError(
      `${name} runs ${was.version} already`,
      "Name another release with --to, or say with --from what is installed.",
    );
  const packages = await openPackageDoor(packageNames(await bundledWith(is)), {
    ...{ cwd: userFolder(), env: process.env, signal, teardown },
  });
  const ready = { from: exactName(was), to: exactName(is), packages };
  const alone = await aloneCommand();
  if (alone === undefined) return inside(options, ready, "preload", command, session);
  return startAlone(alone, ready, session);
}

function exactName({ name, version }: { name: string; version: string }): string {
  return name.startsWith("embedded@") ? name : version;
}

async function startAlone(prefix: readonly string[], found: Found, { signal }: Session): Promise<number> {
  const { execa } = await loadExeca();
  const [file = "", ...args] = [
    ...prefix,
    process.execPath,
    ...process.execArgv,
    PROGRAMS.main,
    ...process.argv.slice(2),
  ];
  const child = execa(file, args, {
    env: guardedEnv({
      ...process.env,
      GATEWAY_QA_COMMAND: typedCommand(),
      [ALONE_VARIABLE]: JSON.stringify(found),
    }),
    extendEnv: false,
    stdio: "inherit",
    cancelSignal: signal,
    forceKillAfterDelay: ENDING_MS,
    reject: false,
  });
  guardGroup(child.nodeChildProcess);
  const { exitCode } = await child;
  signal.throwIfAborted();
  return exitCode ?? EXIT.harness;
}

async function inside(
  options: RehearseOptions,
  found: Found,
  network: RehearseReport["network"],
  command: string,
  { signal, teardown }: Session,
): Promise<number> {
  const { installation, name } = await openState(options, { signal, teardown });
  const secrets = new Secrets([
    ...secretValues(process.env),
    ...secretsIn(installation.config),
    found.packages.token,
  ]);
  const resolved = { env: process.env, teardown, signal };
  const from = await releaseNamed(found.from, "--from", resolved);
  const to = await releaseNamed(found.to, "--to", resolved);
  const image = await makeImage(installation, await makeTempFolder({ kind: "image", teardown }));
  let isClean = true;
  const onLeft = (problem: string) => {
    isClean = false;
    printNote(`clean-up: ${problem}\n`);
  };
  const onPhase = (text: string) => printNote(`${text} …\n`);
  const registry = await registryAt(found.packages, { teardown });
  const rehearsed = await rehearse({ image, from, to, registry, signal, teardown, onPhase, onLeft });
  const packages = await registry.asked();
  for (const problem of await teardown.run(TEARDOWN_MS)) onLeft(problem);
  const { files, bytes, left } = image;
  const report = secrets.redact<RehearseReport>({
    ...{ version: REHEARSE_VERSION, command, createdAt: new Date().toISOString() },
    ...{ exitCode: EXIT_CODES[rehearsed.verdict], state: name, from: from.name, to: to.name, network },
    ...{ copy: { files, bytes, left }, packages },
    ...rehearsed,
  });
  await show(report, options);
  return isClean ? report.exitCode : EXIT.harness;
}

async function show(report: RehearseReport, { out, json }: RehearseOptions): Promise<void> {
  const folder = resolve(userFolder(), out ?? join("reports", `rehearse-${newRunId()}`));
  const page = redacted(renderPage(report));
  await mkdir(folder, { recursive: true });
  await replaceFile(join(folder, "rehearse.md"), page);
  await replaceFile(join(folder, "rehearse.json"), redacted(`${JSON.stringify(report, undefined, 2)}\n`));
  if (json) printJson(report);
  else print(`${page}\nReport: ${displayPath(folder, userFolder())}\n`);
}

async function openState(
  { state }: RehearseOptions,
  session: Pick<Session, "signal" | "teardown">,
): Promise<{ installation: Installation; name: string }> {
  const name = state ?? "~/.openclaw";
  const id = /^state:(.+)$/.exec(name)?.[1];
  const source =
    id === undefined
      ? await openSource(
          state === undefined ? join(homedir(), ".openclaw") : resolve(userFolder(), state),
          name,
        )
      : await openMade(id, name, session);
  return { installation: await readInstallation(source), name };
}

/** A state of the library, made first if need be. */
async function openMade(
  id: string,
  name: string,
  { signal, teardown }: Pick<Session, "signal" | "teardown">,
): Promise<Source> {
  const { readState } = await import("../rehearse/states/state-file.ts");
  const { buildState } = await import("../rehearse/states/build-state.ts");
  const file = await readState(id);
  const { kind } = await releaseNamed(file.release, `release of ${name}`, {
    env: process.env,
    teardown,
    signal,
  });
  const folder = await buildState(file, {
    ...{ kind, env: process.env, signal },
    onPhase: (text) => printNote(`${text} …\n`),
    onLeft: (problem) => printNote(`clean-up: ${problem}\n`),
  });
  const source = await openSource(folder, name);
  const { freeBytes } = file;
  return freeBytes === undefined ? source : { ...source, freeBytes: async () => freeBytes };
}

/** What runs the installation now. @param isOwn whether it is the one of this machine */
async function installedRelease({ config, source }: Installation, isOwn: boolean): Promise<string> {
  if (isOwn) {
    const said = await promisify(execFile)("openclaw", ["--version"], { timeout: 30_000 }).catch(
      (error: unknown) => {
        printNote(`openclaw --version: ${errorMessage(error).split("\n")[0]}\n`);
        return { stdout: "" };
      },
    );
    const version = /\d{4}\.\d+\.\d+(?:-[\w.]+)?/.exec(said.stdout)?.[0];
    if (version !== undefined) return version;
  }
  const { meta } = config;
  const touched = isJsonObject(meta) ? meta.lastTouchedVersion : undefined;
  if (typeof touched === "string" && /^\d{4}\./.test(touched)) return touched;
  throw new UsageError(
    `nothing says which release ${source.name} runs on`,
    "Say it with --from, for instance --from 2026.4.26.",
  );
}
