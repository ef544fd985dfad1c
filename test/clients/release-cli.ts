import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import type { GatewayUnderTest } from "../../runner/gateway/gateway.ts";
import { cacheFolder, ReleaseCache } from "../../runner/gateway/openclaw/cache.ts";

/** How a command of a release ended. */
export interface CliRun {
  exitCode: number | undefined;
  stdout: string;
  stderr: string;
}

/** Starting one takes seconds, and a minute on a busy machine. */
const LIMIT_MS = 240_000;

/** The command line of an installed release, as somebody has it who works with the gateway under test. */
export class ReleaseCli {
  readonly #command: readonly [file: string, ...args: string[]];
  readonly #env: Record<string, string>;

  private constructor(command: readonly [file: string, ...args: string[]], env: Record<string, string>) {
    this.#command = command;
    this.#env = env;
  }

  /** @throws Error when the release is not installed */
  static async for(version: string, gateway: GatewayUnderTest): Promise<ReleaseCli> {
    const release = await new ReleaseCache(cacheFolder(process.env)).find(version);
    if (release === undefined) throw new Error(`openclaw@${version} is not installed`);
    const home = join(gateway.tempRoot, `client-${version}`);
    const config = join(home, "openclaw.json");
    await mkdir(join(home, "state"), { recursive: true, mode: 0o700 });
    const { port } = new URL(gateway.wsUrl);
    const text = JSON.stringify({
      gateway: { mode: "local", port: Number(port), auth: { mode: "token", token: gateway.token } },
      // Some commands look for the agent, and for its skills, in their own config.
      agents: { list: [{ id: gateway.agentId, default: true, workspace: gateway.workspaceDir }] },
      // Those of the release install packages of their own, and have no part in what a client does.
      plugins: { enabled: false },
    });
    await writeFile(config, text, { mode: 0o600 });
    return new ReleaseCli(
      [release.node?.file ?? process.execPath, join(release.packageRoot, "openclaw.mjs")],
      {
        PATH: process.env.PATH ?? "",
        HOME: home,
        TMPDIR: gateway.tempRoot,
        NO_COLOR: "1",
        OPENCLAW_STATE_DIR: join(home, "state"),
        OPENCLAW_CONFIG_PATH: config,
        // Otherwise some commands look for a lock that only a release leaves behind.
        OPENCLAW_GATEWAY_PORT: port,
        ...(release.trimmedPluginsDir !== undefined && {
          OPENCLAW_BUNDLED_PLUGINS_DIR: release.trimmedPluginsDir,
        }),
      },
    );
  }

  /** Runs a command to its end. @throws Error when it does not end */
  async run(...args: string[]): Promise<CliRun> {
    const [file, ...before] = this.#command;
    const run = await execa(file, [...before, ...args], {
      env: this.#env,
      extendEnv: false,
      reject: false,
      stdin: "ignore",
      timeout: LIMIT_MS,
      forceKillAfterDelay: 1_000,
    });
    if (run.timedOut) throw new Error(`it hangs: ${run.stdout}${run.stderr}`);
    return { exitCode: run.exitCode, stdout: run.stdout, stderr: run.stderr };
  }
}
