import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { execa } from "execa";
import { onTestFinished } from "vitest";
import { killIfAlive } from "../../runner/base/testing/processes.ts";
import type { RunReport } from "../../runner/report/schema/report-schema.ts";

export const ROOT = resolve(import.meta.dirname, "../..");
const CLI = join(ROOT, "runner/cli/main.js");

/** In the environment, it has the program start as `pnpm qa` starts it in this checkout. */
export const PNPM_QA = {
  npm_lifecycle_event: "qa",
  npm_lifecycle_script: "node runner/cli/main.js check",
  npm_package_json: join(ROOT, "package.json"),
  INIT_CWD: ROOT,
};

export interface QaResult {
  exitCode: number | undefined;
  stdout: string;
  stderr: string;
  /** Parsed report.json; undefined when the run wrote none. */
  report: RunReport | undefined;
}

/** A folder of its own for one test: holds packs and reports, and is the TMPDIR of what the test starts. */
export class Sandbox {
  readonly folder: string;
  #runs = 0;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** @param onFinished the test's own hook, which tests that run side by side must pass */
  static async create(onFinished: typeof onTestFinished = onTestFinished): Promise<Sandbox> {
    const folder = await mkdtemp(join(tmpdir(), "gateway-qa-test-"));
    const sandbox = new Sandbox(folder);
    await mkdir(sandbox.tmp);
    onFinished(async () => {
      for (const pid of await sandbox.processes()) killIfAlive(pid);
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    });
    return sandbox;
  }

  get tmp(): string {
    return join(this.folder, "tmp");
  }

  /** Of the run that was started last. */
  get reportFolder(): string {
    return join(this.folder, `report-${this.#runs}`);
  }

  async write(path: string, text: string): Promise<string> {
    const file = join(this.folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
    return file;
  }

  /** Runs the real program to its end. */
  qa(...args: string[]): Promise<QaResult> {
    return this.qaWith({}, ...args);
  }

  /** Runs the real program to its end, with more in its environment. */
  async qaWith(env: Record<string, string>, ...args: string[]): Promise<QaResult> {
    const result = await execa(process.execPath, [CLI, ...args, ...this.#out(args)], {
      cwd: this.folder,
      env: { ...this.#env(), ...env },
      reject: false,
      stdin: "ignore",
    });
    return {
      exitCode: result.exitCode,
      stdout: result.stdout,
      stderr: result.stderr,
      report: await this.report(),
    };
  }

  /** Starts the real program in a process group of its own, for tests that interrupt it. */
  start(...args: string[]) {
    return spawn(process.execPath, [CLI, ...args, ...this.#out(args)], {
      cwd: this.folder,
      env: { ...process.env, ...this.#env() },
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
  }

  /** The same, with keys to be pressed; on a terminal of its own if it is to have one. */
  startWithKeys({ terminal = false }: { terminal?: boolean }, ...args: string[]) {
    const command = [process.execPath, CLI, ...args, ...this.#out(args)];
    const quoted = command.map((part) => `'${part}'`).join(" ");
    const [file = "", ...rest] = terminal
      ? ["script", "-qec", `${quoted}; echo "exit code $?"; stty -a`, "/dev/null"]
      : command;
    return spawn(file, rest, {
      cwd: this.folder,
      env: { ...process.env, ...this.#env(), TERM: "xterm", CI: "" },
      detached: true,
      stdio: ["pipe", "pipe", "pipe"],
    });
  }

  report(): Promise<RunReport | undefined> {
    return this.reportIn(this.reportFolder);
  }

  /** Of the run that was reported to this folder, if it has one yet. */
  async reportIn(folder: string): Promise<RunReport | undefined> {
    const path = resolve(this.folder, folder, "report.json");
    const text = await readFile(path, "utf8").catch(() => undefined);
    return text === undefined ? undefined : (JSON.parse(text) as RunReport);
  }

  /** Lines of the event log of the run that was started last. */
  async events(): Promise<string[]> {
    const text = await readFile(join(this.reportFolder, "events.jsonl"), "utf8").catch(() => "");
    return text.split("\n");
  }

  /** Ids of the processes that were started with this sandbox's TMPDIR, or below it, and still run. */
  async processes(): Promise<number[]> {
    const own: number[] = [];
    for (const name of await readdir("/proc")) {
      if (!/^\d+$/.test(name)) continue;
      // A process may be gone by now, or belong to another user.
      const environment = await readFile(`/proc/${name}/environ`, "utf8").catch(() => "");
      if (environment.includes(this.folder)) own.push(Number(name));
    }
    return own;
  }

  /** What runs left in their temp folder. */
  leftovers(): Promise<string[]> {
    return readdir(this.tmp);
  }

  #env(): Record<string, string> {
    // Whoever runs the tests, the program prints what people get.
    return { TMPDIR: this.tmp, NO_COLOR: "1", AI_AGENT: "none", GATEWAY_QA_COMMAND: "pnpm qa" };
  }

  #out(args: readonly string[]): string[] {
    if (args[0] !== "run" || args.includes("--out")) return [];
    this.#runs += 1;
    return ["--out", this.reportFolder];
  }
}

/** A scenario file with the given steps; everything else is as short as the schema allows. */
export function scenarioText(id: string, steps: string, extra = ""): string {
  return `---
id: ${id}
title: ${id}
surface: test
coverage:
  primary: [test.${id}]
objective: A test of the runner.
successCriteria: [It ends as the test expects.]
${extra}---

\`\`\`yaml qa-flow
steps:
${steps}
\`\`\`
`;
}
