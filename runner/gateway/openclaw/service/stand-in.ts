import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { guardedEnv } from "../../../base/guardian.ts";
import { userFolder } from "../../../base/invocation.ts";
import { PROGRAMS } from "../../../base/places.js";
import type { InstalledRelease } from "../../npm/global-install.ts";
import { writeNpmrc } from "../../npm/npmrc.ts";
import type { Environment } from "../../process/env.ts";
import type { GatewayProgram } from "../../process/program.ts";
import type { TempRoot } from "../../process/temp-root.ts";
import { WATCHDOG } from "../../process/watchdog-env.ts";
import { MANAGER_PID, managerArgument, SERVICE_VARIABLE } from "./job.ts";

/** What `gateway install` calls the service of an installation that has no profile. */
const UNIT = "openclaw-gateway.service";

export interface ServiceOptions {
  tempRoot: TempRoot;
  env: Environment;
  /** What it is to update itself to, for instance `openclaw@2026.9.5`; default: the latest that its npm finds. */
  updateSpec?: string | undefined;
  /** Nothing more can be written into the prefix. */
  diskFull?: boolean;
}

/**
 * The program of a release that its operator has installed as a service: `gateway install`, in a home of the run's own,
 * with a stand-in for the service manager. It is the account's own installation, as far as it can see. On Linux only: the
 * stand-in is systemd's.
 */
export async function asService(
  program: GatewayProgram,
  install: InstalledRelease,
  { tempRoot, env, updateSpec, diskFull = false }: ServiceOptions,
): Promise<GatewayProgram> {
  const folder = join(tempRoot.root, "service");
  const bin = join(folder, "bin");
  const node = join(bin, "node");
  const home = tempRoot.homeDir;
  await mkdir(bin, { recursive: true, mode: 0o700 });
  await Promise.all([
    writeProgram(
      node,
      wrapper(program.file, { folder, home, node, tempRoot, full: diskFull ? install.prefix : undefined }),
    ),
    ...["systemctl", "busctl"].map((name) => writeProgram(join(bin, name), client(folder, name))),
    writeProgram(join(bin, "systemd-run"), SYSTEMD_RUN),
    writeProgram(join(bin, "loginctl"), LOGINCTL),
    writeSettings(install, env, home),
  ]);
  const runtimeDir = join(folder, "run");
  await mkdir(runtimeDir, { mode: 0o700 });
  const {
    // It must be able to leave its process, and must not use what lies in the shared cache.
    OPENCLAW_NO_RESPAWN: _stays,
    NODE_COMPILE_CACHE: _shared,
    OPENCLAW_BUNDLED_PLUGINS_DIR: _trimmed,
    ...ownEnv
  } = program.env ?? {};
  const cli = join(install.packageRoot, "openclaw.mjs");
  return {
    ...program,
    file: process.execPath,
    args: (port) => [
      PROGRAMS.serviceManager,
      managerArgument({
        folder,
        units: join(home, ".config", "systemd", "user"),
        unit: UNIT,
        port: String(port),
        packageRoot: install.packageRoot,
        install: [node, cli, "gateway", "install", "--force", "--port", String(port)],
      }),
    ],
    cliFile: node,
    isAccountsOwn: true,
    env: {
      ...ownEnv,
      PATH: [bin, process.env.PATH].filter(Boolean).join(delimiter),
      XDG_RUNTIME_DIR: runtimeDir,
      // Where one is named, a release asks `busctl`; nobody connects to it.
      DBUS_SESSION_BUS_ADDRESS: `unix:path=${join(runtimeDir, "bus")}`,
      [SERVICE_VARIABLE]: folder,
      ...(updateSpec === undefined ? {} : { OPENCLAW_UPDATE_PACKAGE_SPEC: updateSpec }),
      ...(env.NODE_EXTRA_CA_CERTS ? { NODE_EXTRA_CA_CERTS: env.NODE_EXTRA_CA_CERTS } : {}),
    },
  };
}

/**
 * npm as the operator has it, with the prefix of the installation. In a file, because a service's environment is what its
 * unit says.
 */
async function writeSettings(
  { env: settings }: InstalledRelease,
  env: Environment,
  home: string,
): Promise<void> {
  await writeNpmrc(userFolder(), env, home);
  const file = join(home, ".npmrc");
  const lines = Object.entries(settings).flatMap(([name, value]) => {
    const key = /^npm_config_(?!userconfig$)(\w+)$/.exec(name)?.[1];
    return key === undefined ? [] : [`${key.replaceAll("_", "-")}=${value}`];
  });
  await writeFile(file, `${await readFile(file, "utf8")}\n${lines.join("\n")}\n`, { mode: 0o600 });
}

/**
 * Runs the release's Node. A unit empties NODE_OPTIONS and an update starts programs with a fresh environment, so what
 * every one of them needs is in here.
 */
function wrapper(
  real: string,
  {
    folder,
    home,
    node,
    tempRoot,
    full,
  }: { folder: string; home: string; node: string; tempRoot: TempRoot; full: string | undefined },
): string {
  const required = [PROGRAMS.serviceAccount, ...(full ? [PROGRAMS.fullDisk] : [])];
  const options = [
    ...required.map((file) => `--require=${JSON.stringify(file)}`),
    `--import=${WATCHDOG}`,
  ].join(" ");
  const always = guardedEnv({
    [SERVICE_VARIABLE]: folder,
    GATEWAY_QA_SERVICE_HOME: home,
    GATEWAY_QA_SERVICE_NODE: node,
    ...(full ? { GATEWAY_QA_FULL_DISK: full } : {}),
    OPENCLAW_QA_PARENT_PID: String(process.pid),
    OPENCLAW_QA_TEMP_ROOT: tempRoot.root,
  });
  const manager = quoted(join(folder, MANAGER_PID));
  const exports = Object.entries(always).map(([name, value]) => `export ${name}=${quoted(value ?? "")}`);
  return [
    ...exports,
    `[ -r ${manager} ] && read -r OPENCLAW_QA_SUPERVISOR_PID < ${manager} && export OPENCLAW_QA_SUPERVISOR_PID`,
    `added=${quoted(options)}`,
    `case "$NODE_OPTIONS" in *"$added"*) ;; *) NODE_OPTIONS="$added\${NODE_OPTIONS:+ $NODE_OPTIONS}" ;; esac`,
    "export NODE_OPTIONS",
    exec([real]),
  ].join("\n");
}

/** With the runner's own Node, and nothing of what is loaded into the release's programs. */
function client(folder: string, name: string): string {
  return `unset NODE_OPTIONS\n${exec([process.execPath, PROGRAMS.serviceClient, folder, name])}`;
}

/** The scope's command runs as it is: the manager knows what belongs to the installation without it. */
const SYSTEMD_RUN = `while [ $# -gt 0 ]; do
  case "$1" in
    --property | -p | --setenv | --unit | --slice | --description) shift 2 ;;
    --) shift; break ;;
    -*) shift ;;
    *) break ;;
  esac
done
exec "$@"`;

/** The services of this user go on without a login. */
const LOGINCTL = `case "$*" in *Linger*) echo Linger=yes ;; esac`;

async function writeProgram(path: string, script: string): Promise<void> {
  await writeFile(path, `#!/bin/sh\n${script}\n`, { mode: 0o700 });
  await chmod(path, 0o700);
}

function exec(words: readonly string[]): string {
  return `exec ${words.map(quoted).join(" ")} "$@"`;
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
