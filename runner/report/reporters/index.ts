import { mkdir } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { errorMessage, UsageError } from "../../base/errors.ts";
import { suggestion } from "../../base/suggest.ts";
import type { Reporter } from "../stream.ts";
import type { ConsoleOptions } from "./console/console.ts";
import { fileReporter } from "./file-reporter.ts";

export interface ReporterContext extends ConsoleOptions {
  /** Absolute; the report's own folder. */
  reportFolder: string;
}

/** What `--reporter` asks for. */
export interface ChosenReporters {
  reporters: Reporter[];
  /** Undefined if one of the reporters takes the console's place. */
  console: ConsoleOptions | undefined;
}

/** Reporters that write one file, with its name in the report's folder. Loaded only when asked for. */
const FILES = {
  junit: { file: "junit.xml", load: async () => (await import("./junit/junit.ts")).renderJunit },
  ctrf: { file: "ctrf-report.json", load: async () => (await import("./ctrf.ts")).renderCtrf },
};

/** Reporters that write to stdout. */
const STREAMS = {
  async github({ stream, env, cwd }: ReporterContext): Promise<Reporter> {
    const { GithubReporter } = await import("./github/github.ts");
    const { GITHUB_WORKSPACE: workspace = cwd, GITHUB_STEP_SUMMARY: summaryFile } = env;
    return new GithubReporter({ stream, cwd, workspace, summaryFile });
  },
  async plain(context: ReporterContext): Promise<Reporter> {
    const { PlainReporter } = await import("./plain.ts");
    return new PlainReporter(context);
  },
};

const NAMES = [...Object.keys(FILES), ...Object.keys(STREAMS)];
const MODULE = /[/\\]|\.[cm]?[jt]s$/;

/**
 * Makes the reporters that are named.
 * @param specs each `<name>`, `<name>=<file>` or the path of a module
 * @throws UsageError if one of them is unknown or cannot be loaded
 */
export async function loadReporters(
  specs: readonly string[],
  context: ReporterContext,
): Promise<ChosenReporters> {
  const reporters = await Promise.all([...new Set(specs)].map((spec) => load(spec, context)));
  return { reporters, console: specs.includes("plain") ? undefined : context };
}

async function load(spec: string, context: ReporterContext): Promise<Reporter> {
  const { cwd, reportFolder } = context;
  const [, name = spec, target] = /^([\w-]+)=(.*)$/s.exec(spec) ?? [];
  if (isKey(name, FILES)) {
    const { file, load: loadRender } = FILES[name];
    // The report's own folder is made when the run begins.
    const path = target ? resolve(cwd, target) : resolve(reportFolder, file);
    if (target) await makeFolder(dirname(path));
    return fileReporter(name, path, await loadRender());
  }
  if (isKey(name, STREAMS)) {
    if (target === undefined) return STREAMS[name](context);
    throw new UsageError(`the reporter ${name} writes no file`, `Write --reporter ${name}.`);
  }
  if (target === undefined && MODULE.test(spec)) {
    const { loadCustomReporter } = await import("./custom.ts");
    return loadCustomReporter(spec, { reportFolder, cwd });
  }
  throw new UsageError(
    `there is no reporter ${name}`,
    `${suggestion(name, NAMES)} One of your own is given by its path, such as ./${name}.mjs.`,
  );
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw new UsageError(`no report can be written to ${folder}: ${errorMessage(error)}`);
  }
}

function isKey<T extends object>(name: string, record: T): name is Extract<keyof T, string> {
  return Object.hasOwn(record, name);
}
