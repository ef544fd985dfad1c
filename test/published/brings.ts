import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { access, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { buildPackage } from "../../fixtures/gateway/build/package.ts";
import { cacheFolder } from "../../runner/gateway/openclaw/cache.ts";
import type { Release } from "../fidelity/release.ts";

const run = promisify(execFile);
/** Installing, or asking a release, in ms. */
const LIMIT_MS = 300_000;

export interface PublishedPlugin {
  name: string;
  version: string;
  /** What its schema asks for, with values that mean nothing. */
  config?: object;
}

/** Of gateways that nobody else talks to. */
const TOKEN = "published-plugins";

export const PUBLISHED: readonly PublishedPlugin[] = JSON.parse(
  readFileSync(join(import.meta.dirname, "plugins.json"), "utf8"),
);

/**
 * Installs a plugin from the registry into the cache, unless it is there, without running any of its scripts.
 * @returns its folder @throws what npm says
 */
async function installPublished({ name, version }: PublishedPlugin): Promise<string> {
  const root = join(cacheFolder(process.env), "plugins", `${name.replace(/[@/]/g, "_")}-${version}`);
  const folder = join(root, "node_modules", name);
  const done = join(root, "installed");
  if (
    await access(done).then(
      () => true,
      () => false,
    )
  )
    return folder;
  await mkdir(root, { recursive: true });
  await writeFile(join(root, "package.json"), '{"private":true}');
  const flags = ["--ignore-scripts", "--omit=dev", "--legacy-peer-deps", "--no-audit", "--no-fund"];
  await run("npm", ["install", `${name}@${version}`, ...flags], { cwd: root, timeout: LIMIT_MS });
  await writeFile(done, "");
  return folder;
}

/** Everything that a plugin registers, as `tool x`, `command y`, `hook z` …; of routes only how many. */
type Brings = Set<string>;

/** Asks the command line of a release, which loads the plugin. @throws Error with what it says instead */
export async function onRelease({ version, packageRoot }: Release, plugin: PublishedPlugin): Promise<Brings> {
  const folder = await installPublished(plugin);
  const id = await idOf(folder);
  const home = await mkdtemp(join(tmpdir(), "published-"));
  try {
    await mkdir(join(home, ".openclaw"));
    const config = { gateway: { mode: "local" }, plugins: pluginsConfig(folder, id, plugin) };
    await writeFile(join(home, ".openclaw", "openclaw.json"), JSON.stringify(config));
    const runtime = version === "2026.4.26" ? [] : ["--runtime"];
    const args = [join(packageRoot, "openclaw.mjs"), "plugins", "inspect", id, ...runtime, "--json"];
    const env = { PATH: process.env.PATH, HOME: home };
    const { stdout } = await run(process.execPath, args, {
      cwd: home,
      env,
      timeout: LIMIT_MS,
      maxBuffer: 2 ** 26,
    });
    return fromRelease(JSON.parse(stdout.slice(stdout.indexOf("{"))));
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

interface ReleaseReport {
  plugin: { status: string; error?: string; channelIds?: string[]; providerIds?: string[] };
  tools: { names: string[] }[];
  typedHooks: { name: string }[];
  customHooks: { name: string }[];
  commands: string[];
  cliCommands: string[];
  services: string[];
  gatewayMethods: string[];
  httpRouteCount: number;
}

function fromRelease(report: ReleaseReport): Brings {
  const { plugin } = report;
  if (plugin.status === "error") return new Set();
  return brings({
    tool: report.tools.flatMap(({ names }) => names),
    hook: report.typedHooks.map(({ name }) => name),
    "event hook": report.customHooks.map(({ name }) => name),
    command: report.commands,
    "CLI command": report.cliCommands,
    service: report.services,
    "gateway method": report.gatewayMethods,
    channel: plugin.channelIds ?? [],
    provider: plugin.providerIds ?? [],
    routes: report.httpRouteCount === 0 ? [] : [String(report.httpRouteCount)],
  });
}

interface EmbeddedReport {
  state: string;
  diagnostics: { level: string; code: string; message: string }[];
  runtime: null | {
    tools: { name: string }[];
    hooks: string[];
    eventHooks: string[];
    commands: string[];
    cliCommands: string[];
    services: string[];
    gatewayMethods: string[];
    channels: string[];
    providers: string[];
    httpRoutes: object[];
  };
}

/** What it brings on a running embedded gateway, and the codes of its diagnostics. */
interface EmbeddedBrings {
  brings: Brings;
  codes: string[];
}

/** Starts an embedded gateway that loads the plugin at once, and asks it. @throws Error when it does not start */
export async function onEmbedded(plugin: PublishedPlugin): Promise<EmbeddedBrings> {
  const folder = await installPublished(plugin);
  const id = await idOf(folder);
  const { entry } = await buildPackage();
  const home = await mkdtemp(join(tmpdir(), "published-"));
  const configPath = join(home, "openclaw.json");
  const config = {
    gateway: { mode: "local", auth: { token: TOKEN } },
    plugins: pluginsConfig(folder, id, plugin),
  };
  await writeFile(configPath, JSON.stringify(config), { mode: 0o600 });
  const child = spawn(process.execPath, [entry, "run", "--port", "0"], {
    // Some of them write where they are started.
    cwd: home,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...{ PATH: process.env.PATH, HOME: home, OPENCLAW_CONFIG_PATH: configPath },
      ...{ OPENCLAW_STATE_DIR: join(home, "state"), GATEWAY_PLUGIN_NARROWING: "off" },
    },
  });
  const gone = once(child, "exit");
  try {
    let output = "";
    let port: string | undefined;
    child.stderr.resume();
    for await (const chunk of child.stdout) {
      output += chunk;
      port = /listening on ws:\/\/127\.0\.0\.1:(\d+)/.exec(output)?.[1];
      if (port !== undefined) break;
    }
    if (port === undefined) throw new Error(`the gateway ended: ${output.slice(-500)}`);
    return fromEmbedded(await inspect(port, id));
  } finally {
    child.kill("SIGKILL");
    await gone;
    await rm(home, { recursive: true, force: true });
  }
}

async function inspect(port: string, id: string): Promise<EmbeddedReport> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}`);
  const { promise, resolve, reject } = Promise.withResolvers<EmbeddedReport>();
  const send = (method: string, params: object) =>
    socket.send(JSON.stringify({ type: "req", id: method, method, params }));
  socket.onerror = () => reject(new Error("the gateway cannot be reached"));
  socket.onmessage = ({ data }) => {
    const frame = JSON.parse(String(data));
    const client = { id: "gateway-client", version: "0", platform: "linux", mode: "backend" };
    const auth = { token: TOKEN };
    const connect = {
      minProtocol: 3,
      maxProtocol: 4,
      client,
      role: "operator",
      scopes: ["operator.read"],
      auth,
    };
    if (frame.event === "connect.challenge") send("connect", connect);
    else if (frame.type === "res" && !frame.ok) reject(new Error(frame.error?.message));
    else if (frame.id === "connect") send("qa.plugins.inspect", { id, runtime: true });
    else if (frame.id === "qa.plugins.inspect") resolve(frame.payload);
  };
  return promise.finally(() => socket.close());
}

function fromEmbedded({ diagnostics, runtime }: EmbeddedReport): EmbeddedBrings {
  const codes = diagnostics.filter(({ level }) => level !== "info").map(({ code }) => code);
  if (runtime === null) return { brings: new Set(), codes };
  const { httpRoutes } = runtime;
  return {
    codes,
    brings: brings({
      tool: runtime.tools.map(({ name }) => name),
      hook: runtime.hooks,
      "event hook": runtime.eventHooks,
      command: runtime.commands,
      "CLI command": runtime.cliCommands,
      service: runtime.services,
      "gateway method": runtime.gatewayMethods,
      channel: runtime.channels,
      provider: runtime.providers,
      routes: httpRoutes.length === 0 ? [] : [String(httpRoutes.length)],
    }),
  };
}

/** The plugin part of a config that loads this one, and lets it have its hooks. */
function pluginsConfig(folder: string, id: string, { config }: PublishedPlugin): object {
  const entry = { enabled: true, hooks: { allowConversationAccess: true }, ...(config && { config }) };
  return { load: { paths: [folder] }, slots: { memory: id }, entries: { [id]: entry } };
}

/** Of its manifest. */
async function idOf(folder: string): Promise<string> {
  const manifest: { id: string } = JSON.parse(await readFile(join(folder, "openclaw.plugin.json"), "utf8"));
  return manifest.id;
}

function brings(kinds: Record<string, readonly string[]>): Brings {
  return new Set(Object.entries(kinds).flatMap(([kind, names]) => names.map((name) => `${kind} ${name}`)));
}
