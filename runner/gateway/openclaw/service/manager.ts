/**
 * Stands in a run for the service manager of a user: starts and stops the services of the run's own home, and answers what
 * a release asks `systemctl` and `busctl`. A process of its own, because it outlives every version of the gateway.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { errorMessage } from "../../../base/errors.ts";
import { STARTED_LINE } from "../supervisor-job.ts";
import { BundledPlugins } from "../trimmed-plugins.ts";
import type { Answer } from "./answer.ts";
import { refused } from "./answer.ts";
import { busctl } from "./busctl.ts";
import { MANAGER_PID, type ManagerJob, managerJobFrom, SERVICE_VARIABLE, SOCKET } from "./job.ts";
import { endMarked } from "./own-processes.ts";
import { systemctl } from "./systemctl.ts";
import { UnitError } from "./unit.ts";
import { execOf } from "./unit-file.ts";
import { Units } from "./units.ts";

/** What a service gets to end by itself when the run ends, whatever its file allows. */
const LAST_STOP_MS = 2000;
/** For a look at it where the folder is kept. */
const CALLS = "calls.log";

const PROGRAMS: Readonly<Record<string, (args: readonly string[], units: Units) => Promise<Answer>>> = {
  systemctl,
  busctl,
};

class Manager {
  readonly #job: ManagerJob;
  readonly #units: Units;
  #ending: Promise<void> | undefined;

  constructor(job: ManagerJob) {
    this.#job = job;
    const { NODE_OPTIONS: _own, ...env } = process.env;
    const given = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const plugins = new BundledPlugins(job.packageRoot, job.folder);
    this.#units = new Units({
      folder: job.units,
      env: async () => ({
        ...Object.fromEntries(given),
        OPENCLAW_QA_SUPERVISOR_PID: String(process.pid),
        ...(await plugins.env()),
      }),
      say: (line) => process.stdout.write(`[service] ${line}\n`),
      onStart: (pid) => process.stdout.write(`${STARTED_LINE} ${pid}\n`),
    });
  }

  async start(): Promise<void> {
    const { folder, unit, port } = this.#job;
    // The path of a socket may not be long, and that of a temp folder is.
    process.chdir(folder);
    await writeFile(MANAGER_PID, `${process.pid}\n`, { mode: 0o600 });
    const server = createServer({ allowHalfOpen: true }, (socket) => void this.#serve(socket));
    server.listen(SOCKET);
    await once(server, "listening");
    const { file } = await this.#units.facts(unit);
    if (file && execOf(file).includes(port)) await this.#units.get(unit).start();
    else await this.#install();
  }

  async #install(): Promise<void> {
    const [program = "", ...args] = this.#job.install;
    const installer = spawn(program, args, {
      cwd: process.env.HOME,
      stdio: ["ignore", "inherit", "inherit"],
    });
    const [code, signal] = await once(installer, "exit");
    if (code === 0 || this.#ending) return;
    process.stdout.write(`[service] the service could not be installed: ${signal ?? `exit code ${code}`}\n`);
    await this.end(1);
  }

  async #serve(socket: Socket): Promise<void> {
    socket.setEncoding("utf8").on("error", () => socket.destroy());
    let text = "";
    for await (const chunk of socket) text += chunk;
    const { program, args } = JSON.parse(text) as { program: string; args: string[] };
    const answer = await this.#answer(program, args);
    const said = `${answer.code} ${answer.stdout}${answer.stderr}`.trimEnd().replaceAll("\n", "\n    ");
    await appendFile(CALLS, `${new Date().toISOString()} ${program} ${args.join(" ")}\n    ${said}\n`);
    if (answer.isUnknown) {
      process.stdout.write(`[service] no answer is known to: ${program} ${args.join(" ")}\n`);
    }
    const { code, stdout, stderr } = answer;
    socket.end(JSON.stringify({ code, stdout, stderr }));
  }

  async #answer(program: string, args: readonly string[]): Promise<Answer> {
    try {
      return (await PROGRAMS[program]?.(args, this.#units)) ?? refused(`${program}: not found`, 127);
    } catch (error) {
      return refused(errorMessage(error), error instanceof UnitError ? error.exitCode : 1);
    }
  }

  /** Ends everything that belongs to the installation, and then this process. */
  end(code: number): Promise<void> {
    this.#ending ??= this.#endAll().finally(() => process.exit(code));
    return this.#ending;
  }

  async #endAll(): Promise<void> {
    await this.#units.stop(LAST_STOP_MS);
    await endMarked(SERVICE_VARIABLE, this.#job.folder);
    // A command line that is used while nothing runs is not to end with this process.
    await rm(MANAGER_PID, { force: true });
  }
}

const manager = new Manager(managerJobFrom(process.argv[2]));
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => void manager.end(0));
await manager.start();
