import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { Teardown } from "../../runner/base/teardown.ts";
import { EmbeddedReleases } from "../../runner/gateway/embedded/release/embedded-releases.ts";
import { freePort } from "../../runner/gateway/process/ports.ts";
import { ROOT } from "./qa.ts";

const TOKEN = "a-token-of-this-test";
/** An update takes some seconds; a busy machine makes many of them. */
const PATIENCE = { timeout: 180_000, interval: 200 };

type Env = Readonly<Record<string, string>>;

/** A package of this gateway as users have it, with a registry of its own that knows the other releases. */
export class InstalledGateway {
  /** Removed after the test. */
  readonly folder: string;
  readonly port: number;
  /** Finds the registry. */
  readonly env: Env;
  /** Arguments of Node that lead to the command line. */
  command: string[];
  #child: ChildProcess | undefined;
  #output = "";

  private constructor(folder: string, port: number, env: Env, command: string[]) {
    this.folder = folder;
    this.port = port;
    this.env = env;
    this.command = command;
  }

  static async create(version: string): Promise<InstalledGateway> {
    const folder = await realpath(await mkdtemp(join(tmpdir(), "gateway-installed-")));
    const teardown = new Teardown();
    const releases = new EmbeddedReleases(join(ROOT, "fixtures", "gateway"), teardown);
    const { prefix, env } = await releases.install(
      version,
      join(folder, "prefix"),
      new AbortController().signal,
    );
    const command = [join(prefix, "bin", "gateway")];
    const gateway = new InstalledGateway(folder, await freePort(), env, command);
    onTestFinished(async () => {
      await gateway.stop();
      await teardown.run(30_000);
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    });
    return gateway;
  }

  get stateDir(): string {
    return join(this.folder, "state");
  }

  /** What clients connect with. */
  get endpoint(): { wsUrl: string; token: string } {
    return { wsUrl: `ws://127.0.0.1:${this.port}`, token: TOKEN };
  }

  get output(): string {
    return this.#output;
  }

  async writeConfig(config: object): Promise<void> {
    await mkdir(this.stateDir, { recursive: true });
    const gateway = { mode: "local", auth: { token: TOKEN } };
    await writeFile(join(this.stateDir, "openclaw.json"), JSON.stringify({ gateway, ...config }), {
      mode: 0o600,
    });
  }

  async readState(name: string): Promise<Record<string, unknown>> {
    return JSON.parse(await readFile(join(this.stateDir, name), "utf8"));
  }

  /** Starts `gateway supervise`, and waits until it serves. */
  async start(extra: Env = {}): Promise<void> {
    const child = spawn(process.execPath, [...this.command, "supervise", "--port", String(this.port)], {
      cwd: this.folder,
      env: this.#environment(extra),
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => {
        this.#output += chunk;
      });
    }
    this.#child = child;
    await expect.poll(() => this.#output, PATIENCE).toContain("listening on");
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGTERM");
    await once(child, "exit");
  }

  /** Runs `gateway <args> --json`. */
  async cli(
    ...args: string[]
  ): Promise<{ code: number | null; answer: Record<string, unknown>; stderr: string }> {
    const options = { cwd: this.folder, env: this.#environment({}) };
    return new Promise((resolve, reject) => {
      const child = execFile(
        process.execPath,
        [...this.command, ...args, "--json"],
        options,
        (_error, stdout, stderr) => {
          try {
            resolve({ code: child.exitCode, answer: stdout === "" ? {} : JSON.parse(stdout), stderr });
          } catch {
            reject(new Error(`${args.join(" ")} printed ${stdout}${stderr}`));
          }
        },
      );
    });
  }

  /** Waits until the running gateway is of this version. */
  async runs(version: string): Promise<void> {
    const running = async () => (await this.cli("update", "status")).answer.running;
    await expect.poll(running, PATIENCE).toBe(version);
  }

  #environment(extra: Env): Record<string, string> {
    return {
      PATH: process.env.PATH ?? "",
      HOME: this.folder,
      OPENCLAW_STATE_DIR: this.stateDir,
      OPENCLAW_GATEWAY_PORT: String(this.port),
      ...this.env,
      ...extra,
    };
  }
}
