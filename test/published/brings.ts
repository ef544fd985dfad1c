import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, sep } from "node:path";
import { execa } from "execa";
import { buildPackage } from "../../fixtures/gateway/build/package.ts";
import { freePort } from "../../runner/gateway/process/ports.ts";
import type { Release } from "../fidelity/release.ts";
import { WireClient } from "../fidelity/wire-client.ts";
import { type InstalledPlugin, installPublished, type PublishedPlugin } from "./install.ts";
import type { Registered } from "./release-loader.ts";

/** A release's loader, on a machine that does other things too, in ms. */
const LIMIT_MS = 300_000;
/** Of gateways that nobody else talks to. */
const TOKEN = "published-plugins";

/** What a plugin brings to a gateway. */
export interface Brings {
  /** Everything that is registered, as `tool x`, `command y`, `hook z` … */
  things: Set<string>;
  /** Why it brings nothing. */
  error?: string;
  /** What the gateway says about it that is more than information: with codes on the embedded gateway. */
  diagnostics: string[];
}

/** Asks a release's own loader, in a process with a home of its own. @throws Error when that process fails */
export async function onRelease({ version, packageRoot }: Release, plugin: PublishedPlugin): Promise<Brings> {
  const { id, config } = await installPublished(plugin);
  const home = await mkdtemp(join(tmpdir(), "published-"));
  try {
    const workspace = join(home, "workspace");
    await mkdir(workspace);
    const whole = JSON.stringify({ gateway: { mode: "local" }, plugins: config });
    await mkdir(join(home, ".openclaw"));
    // Plugins read it too, by themselves.
    await writeFile(join(home, ".openclaw", "openclaw.json"), whole);
    const loader = join(import.meta.dirname, "release-loader.ts");
    const running = execa(process.execPath, [loader, version, packageRoot, id, whole], {
      ...{ cwd: workspace, timeout: LIMIT_MS, stdin: "ignore" },
      ...{ env: { PATH: process.env.PATH, HOME: home }, extendEnv: false },
      // What the plugin starts and leaves behind is ended with it.
      detached: true,
    });
    const { stdout } = await running.finally(() => killGroup(running.pid));
    const { error, kinds, diagnostics }: Registered = JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "");
    if (error !== undefined) return { things: new Set(), error, diagnostics };
    return { things: namesOf(kinds), diagnostics };
  } finally {
    await remove(home);
  }
}

/** Ends a detached process and all that it has started. */
function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // Nothing of it is left.
  }
}

/** The last files of ended processes may still be appearing. */
function remove(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
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
    httpRoutes: { path: string; match: string; auth: string }[];
  };
}

interface Catalog {
  groups: { tools: { id: string; pluginId?: string }[] }[];
}

/** Starts an embedded gateway that loads the plugin at once, and asks it. @throws Error when it does not start */
export async function onEmbedded(plugin: PublishedPlugin): Promise<Brings> {
  const installed = await installPublished(plugin);
  const { entry } = await buildPackage();
  const home = await mkdtemp(join(tmpdir(), "published-"));
  const configPath = join(home, "openclaw.json");
  const config = { gateway: { mode: "local", auth: { token: TOKEN } }, plugins: installed.config };
  await writeFile(configPath, JSON.stringify(config), { mode: 0o600 });
  const child = spawn(process.execPath, [entry, "run", "--port", String(await freePort())], {
    // Some of them write where they are started.
    cwd: home,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...{ PATH: process.env.PATH, HOME: home, OPENCLAW_CONFIG_PATH: configPath },
      ...{ OPENCLAW_STATE_DIR: join(home, "state"), GATEWAY_PLUGIN_NARROWING: "off" },
      // That the machine is busy is not the plugin's fault.
      GATEWAY_PLUGIN_LOAD_LIMIT_MS: String(LIMIT_MS),
    },
  });
  const gone = once(child, "exit");
  try {
    let output = "";
    let wsUrl: string | undefined;
    child.stderr.resume();
    for await (const chunk of child.stdout) {
      output += chunk;
      wsUrl = /listening on (ws:\/\/127\.0\.0\.1:\d+)/.exec(output)?.[1];
      if (wsUrl !== undefined) break;
    }
    if (wsUrl === undefined) throw new Error(`the gateway ended: ${output.slice(-500)}`);
    return await ask(wsUrl, installed);
  } finally {
    child.kill("SIGKILL");
    await gone;
    await remove(home);
  }
}

async function ask(wsUrl: string, { id, folder }: InstalledPlugin): Promise<Brings> {
  const gateway = { wsUrl, token: TOKEN };
  const client = new WireClient(gateway);
  try {
    await client.connect(gateway, 4);
    const call = async <T>(method: string, params: object): Promise<T> => {
      const { ok, payload, error } = await client.call(method, params);
      if (!ok) throw new Error(`${method}: ${JSON.stringify(error)}`);
      return payload as T;
    };
    const report = await call<EmbeddedReport>("qa.plugins.inspect", { id, runtime: true });
    const { skills } = await call<{ skills: { name: string; baseDir: string }[] }>("skills.status", {});
    const { groups } = await call<Catalog>("tools.catalog", {});
    const made = groups.flatMap(({ tools }) => tools).filter(({ pluginId }) => pluginId === id);
    return fromEmbedded(report, {
      // Factories need not say before what they make.
      tool: made.map((tool) => tool.id),
      skill: skills.filter(({ baseDir }) => baseDir.startsWith(folder + sep)).map(({ name }) => name),
    });
  } finally {
    client.close();
  }
}

function fromEmbedded(
  { state, diagnostics, runtime }: EmbeddedReport,
  own: { tool: string[]; skill: string[] },
): Brings {
  const texts = diagnostics
    .filter(({ level }) => level !== "info")
    .map(({ code, message }) => `${code}: ${message}`);
  if (runtime === null) return { things: new Set(), error: texts[0] ?? state, diagnostics: texts };
  return {
    diagnostics: texts,
    things: namesOf({
      ...own,
      tool: [...runtime.tools.map(({ name }) => name), ...own.tool],
      hook: runtime.hooks,
      "event hook": runtime.eventHooks,
      command: runtime.commands,
      "CLI command": runtime.cliCommands,
      service: runtime.services,
      "gateway method": runtime.gatewayMethods,
      channel: runtime.channels,
      provider: runtime.providers,
      route: runtime.httpRoutes.map(({ path, match, auth }) => `${path} (${match}, ${auth})`),
    }),
  };
}

function namesOf(kinds: Record<string, readonly string[]>): Set<string> {
  return new Set(Object.entries(kinds).flatMap(([kind, names]) => names.map((name) => `${kind} ${name}`)));
}
