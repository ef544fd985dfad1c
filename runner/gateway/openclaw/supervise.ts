/**
 * Keeps an installed release running, in the place of a service manager. A process of its own: it outlives every
 * version of the gateway, and its code lies outside the package that an update replaces.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { every } from "../../base/timers.ts";
import { STARTED_LINE, type SupervisorJob, supervisorJobFrom } from "./supervisor-job.ts";
import { BundledPlugins } from "./trimmed-plugins.ts";

const FORWARDED: readonly NodeJS.Signals[] = ["SIGTERM", "SIGINT", "SIGHUP", "SIGUSR1", "SIGUSR2"];
const ENDING: ReadonlySet<NodeJS.Signals> = new Set<NodeJS.Signals>(["SIGTERM", "SIGINT", "SIGHUP"]);

class Supervisor {
  readonly #job: SupervisorJob;
  #gateway: ChildProcess | undefined;
  #ending = false;
  readonly #plugins: BundledPlugins;

  constructor(job: SupervisorJob) {
    this.#job = job;
    this.#plugins = new BundledPlugins(job.packageRoot, job.scratch);
  }

  forward(signal: NodeJS.Signals): void {
    if (ENDING.has(signal)) this.#ending = true;
    this.#gateway?.kill(signal);
    // Between two gateways, or beside one that went on without us: there is nothing to wait for.
    if (this.#ending && this.#gateway === undefined) process.exit(0);
  }

  async start(): Promise<void> {
    const plugins = await this.#plugins.env();
    if (this.#ending) process.exit(0);
    const env = { ...process.env, OPENCLAW_QA_SUPERVISOR_PID: String(process.pid), ...plugins };
    const gateway = spawn(this.#job.node, this.#job.args, { env, stdio: ["ignore", "inherit", "inherit"] });
    this.#gateway = gateway;
    process.stdout.write(`${STARTED_LINE} ${gateway.pid}\n`);
    gateway.once("exit", (code, signal) => this.#ended(code, signal));
  }

  #ended(code: number | null, signal: NodeJS.Signals | null): void {
    this.#gateway = undefined;
    if (this.#ending || code !== 0) {
      // A crash ends the supervisor the same way, so that those who watch it see a crash.
      if (signal === null) process.exit(code ?? 1);
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    } else if (this.#job.respawn) {
      void this.start();
    } else {
      // It has started its successor itself; that one ends when this process does.
      every(2 ** 30, () => {});
    }
  }
}

const supervisor = new Supervisor(supervisorJobFrom(process.argv[2]));
for (const signal of FORWARDED) process.on(signal, () => supervisor.forward(signal));
await supervisor.start();
