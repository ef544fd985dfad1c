import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { errorMessage } from "../../../base/errors.ts";
import { after, type Cancel } from "../../../base/timers.ts";
import { type Exit, isRestarted, type Result, resultOf, StartCount, startLimitOf } from "./policy.ts";
import {
  assignmentsIn,
  environmentFilesOf,
  environmentOf,
  execOf,
  readUnitFile,
  setting,
  spanMs,
  type UnitFile,
} from "./unit-file.ts";

/** What a unit is in, as systemd names it. */
export interface UnitState {
  active: "inactive" | "active" | "activating" | "deactivating" | "failed";
  sub: "dead" | "running" | "auto-restart" | "stop-sigterm" | "failed";
  result: Result;
  /** 0: there is none. */
  mainPid: number;
  /** Process id of the last start. */
  lastPid: number;
  /** Of the last start; hexadecimal. */
  invocationId: string;
  /** Restarts since somebody asked for a start. */
  restarts: number;
  /** Of the last end: 0 none, 1 an exit code, 2 a signal; and its number. */
  endCode: number;
  endStatus: number;
  /** Microseconds on the monotonic clock; 0: never. */
  startedAt: number;
  endedAt: number;
}

/** What systemctl says when it cannot do what was asked. */
export class UnitError extends Error {
  readonly exitCode: number;
  constructor(message: string, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

export interface UnitOptions {
  /** Folder of unit files; absolute. */
  folder: string;
  /** What each process gets besides the unit's own environment; asked at each start. */
  env(): Promise<Readonly<Record<string, string>>>;
  /** Gets what an operator would find in the journal. */
  say(line: string): void;
  /** Called with each process that was started. */
  onStart(pid: number): void;
}

const INITIAL: UnitState = {
  active: "inactive",
  sub: "dead",
  result: "success",
  mainPid: 0,
  lastPid: 0,
  invocationId: "",
  restarts: 0,
  endCode: 0,
  endStatus: 0,
  startedAt: 0,
  endedAt: 0,
};
const SIGNAL_NUMBERS: Readonly<Partial<Record<NodeJS.Signals, number>>> = {
  ...{ SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGABRT: 6, SIGKILL: 9, SIGSEGV: 11, SIGPIPE: 13, SIGTERM: 15 },
};
const DEFAULT_STOP_MS = 90_000;
const DEFAULT_RESTART_MS = 100;

/** A service: one process that is started, stopped and started again as its file says. */
export class Unit {
  readonly name: string;
  readonly #options: UnitOptions;
  readonly #starts = new StartCount();
  #state: UnitState = { ...INITIAL };
  /** As it was loaded; what is written into the file later counts after a reload. */
  #file: UnitFile | undefined;
  #process: ChildProcess | undefined;
  #isStopping = false;
  #cancelRestart: Cancel | undefined;
  #launching: Promise<void> | undefined;

  constructor(name: string, options: UnitOptions) {
    this.name = name;
    this.#options = options;
  }

  get state(): Readonly<UnitState> {
    return this.#state;
  }

  /** The file that counts now; a unit that does nothing takes it as it lies there. Undefined where there is none. */
  async file(): Promise<UnitFile | undefined> {
    const isIdle = this.#state.active === "inactive" || this.#state.active === "failed";
    if (isIdle || this.#file === undefined) await this.reload();
    return this.#file;
  }

  /** Whether the file was changed since it was loaded. */
  async needsReload(): Promise<boolean> {
    const now = await readUnitFile(this.#options.folder, this.name);
    return this.#file !== undefined && now?.text !== this.#file.text;
  }

  /** What `daemon-reload` does for it. */
  async reload(): Promise<void> {
    this.#file = await readUnitFile(this.#options.folder, this.name);
  }

  /** @throws UnitError when there is no such unit, or it was started too often */
  async start(): Promise<void> {
    const file = await this.#required("start");
    await this.#launching;
    if (this.#process !== undefined) return;
    this.#cancelPending();
    this.#state.restarts = 0;
    await this.#launch(file);
    if (this.#state.active === "failed") {
      throw new UnitError(
        `Job for ${this.name} failed.\nSee "systemctl --user status ${this.name}" for details.`,
      );
    }
  }

  /** Resolves when the process is gone. */
  async stop(timeoutMs?: number): Promise<void> {
    const pending = this.#cancelPending();
    await this.#launching;
    const child = this.#process;
    if (child === undefined) {
      if (pending) this.#enterDead("success");
      return;
    }
    const ended = once(child, "exit");
    if (!this.#isStopping) {
      this.#isStopping = true;
      Object.assign(this.#state, { active: "deactivating", sub: "stop-sigterm" });
      this.#options.say(`${this.name}: stopping process ${child.pid}`);
      child.kill("SIGTERM");
      if (this.#killMode() === "control-group") signalGroup(child, "SIGTERM");
    }
    const limit = timeoutMs ?? spanMs(this.#setting("Service.TimeoutStopSec")) ?? DEFAULT_STOP_MS;
    const cancel = after(limit, () => {
      this.#options.say(`${this.name}: process ${child.pid} did not end, killing it`);
      signalGroup(child, "SIGKILL");
    });
    await ended;
    cancel();
  }

  /** @throws UnitError as `start` */
  async restart(): Promise<void> {
    await this.#required("restart");
    await this.stop();
    await this.start();
  }

  signal(name: NodeJS.Signals): void {
    this.#process?.kill(name);
  }

  /** Forgets failures, and how often it was started. */
  resetFailed(): void {
    this.#starts.reset();
    this.#state.restarts = 0;
    this.#state.result = "success";
    if (this.#state.active === "failed") Object.assign(this.#state, { active: "inactive", sub: "dead" });
  }

  async #required(verb: string): Promise<UnitFile> {
    const file = await this.file();
    if (file === undefined)
      throw new UnitError(`Failed to ${verb} ${this.name}: Unit ${this.name} not found.`, 5);
    return file;
  }

  #launch(file: UnitFile): Promise<void> {
    this.#launching ??= this.#spawn(file).finally(() => {
      this.#launching = undefined;
    });
    return this.#launching;
  }

  async #spawn(file: UnitFile): Promise<void> {
    const { say, onStart } = this.#options;
    const limit = startLimitOf(file);
    if (!this.#starts.allows(limit, performance.now())) {
      say(`${this.name}: started ${limit.burst} times within ${limit.intervalMs / 1000} s, giving up`);
      // An end that was a failure stays the reason.
      this.#enterDead(this.#state.result === "success" ? "start-limit-hit" : this.#state.result);
      this.#state.active = "failed";
      this.#state.sub = "failed";
      return;
    }
    const [program, ...args] = execOf(file);
    if (program === undefined) throw new UnitError(`Failed to start ${this.name}: it has no ExecStart=.`);
    const env = await this.#environment(file);
    const invocationId = randomBytes(16).toString("hex");
    const child = spawn(program, args, {
      env: { ...env, INVOCATION_ID: invocationId },
      cwd: setting(file, "Service.WorkingDirectory")?.replace(/^-/, "") ?? env.HOME,
      detached: true,
      stdio: ["ignore", "inherit", "inherit"],
    });
    this.#process = child;
    this.#isStopping = false;
    child.once("error", (error) => {
      say(`${this.name}: ${errorMessage(error)}`);
      if (child.pid === undefined) this.#ended({ code: 203, signal: null }, child);
    });
    child.once("exit", (code, signal) => this.#ended({ code, signal }, child));
    const mainPid = child.pid ?? 0;
    Object.assign(this.#state, {
      ...{ active: "active", sub: "running", result: "success", mainPid, lastPid: mainPid },
      ...{ invocationId, startedAt: monotonic() },
    });
    onStart(mainPid);
  }

  async #environment(file: UnitFile): Promise<Record<string, string>> {
    const env = { ...(await this.#options.env()), ...environmentOf(file) };
    for (const { path, optional } of environmentFilesOf(file)) {
      const text = await readFile(path, "utf8").catch(() => undefined);
      if (text === undefined && !optional) {
        throw new UnitError(`Failed to start ${this.name}: the environment file ${path} is missing.`);
      }
      Object.assign(env, assignmentsIn(text ?? ""));
    }
    return env;
  }

  #ended(exit: Exit, child: ChildProcess): void {
    const { say } = this.#options;
    const file = this.#file;
    const wasAsked = this.#isStopping;
    this.#process = undefined;
    this.#isStopping = false;
    say(
      `${this.name}: process ${child.pid} ended with ${exit.signal ?? exit.code}${wasAsked ? ", as asked" : ""}`,
    );
    if (this.#killMode() !== "process" && this.#killMode() !== "none") signalGroup(child, "SIGKILL");
    Object.assign(this.#state, {
      endCode: exit.signal === null ? 1 : 2,
      endStatus: exit.signal === null ? (exit.code ?? 1) : (SIGNAL_NUMBERS[exit.signal] ?? 1),
    });
    const result = file === undefined ? "success" : resultOf(exit, file);
    this.#enterDead(wasAsked && exit.signal === "SIGKILL" ? "timeout" : result);
    if (file !== undefined && !wasAsked && isRestarted(exit, file)) this.#restartLater(file);
  }

  #enterDead(result: Result): void {
    const failed = result !== "success";
    Object.assign(this.#state, {
      ...{ result, mainPid: 0, endedAt: monotonic() },
      ...(failed ? { active: "failed", sub: "failed" } : { active: "inactive", sub: "dead" }),
    });
  }

  #restartLater(file: UnitFile): void {
    Object.assign(this.#state, { active: "activating", sub: "auto-restart" });
    const delayMs = spanMs(setting(file, "Service.RestartSec")) ?? DEFAULT_RESTART_MS;
    this.#cancelRestart = after(delayMs, () => {
      this.#cancelRestart = undefined;
      this.#state.restarts += 1;
      void this.#launch(this.#file ?? file).catch((error: unknown) => {
        this.#options.say(errorMessage(error));
        this.#enterDead("resources");
      });
    });
  }

  /** @returns whether it was waiting to be started again */
  #cancelPending(): boolean {
    const pending = this.#cancelRestart !== undefined;
    this.#cancelRestart?.();
    this.#cancelRestart = undefined;
    return pending;
  }

  #setting(name: string): string | undefined {
    return this.#file && setting(this.#file, name);
  }

  #killMode(): string {
    return this.#setting("Service.KillMode") ?? "control-group";
  }
}

/** Its process group stands for its control group. */
function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // Nobody is left in it.
  }
}

function monotonic(): number {
  return Number(process.hrtime.bigint() / 1000n);
}
