import { mkdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { errorMessage, UsageError } from "../../base/errors.ts";
import { suggestion } from "../../base/suggest.ts";
import type { Reporter } from "../stream.ts";
import { type ConsoleOptions, ConsoleReporter } from "./console/console.ts";
import { eventLog, fileReporter, ReportFile } from "./files.ts";

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

interface ReporterEntry {
  /** Every run has it; any other is added by `--reporter <name>`. */
  standard?: boolean;
  /** Name of its file in the report's folder, which `<name>=<file>` replaces; without one it writes to stdout. */
  file?: string;
  /** It takes the console's place. */
  replacesConsole?: boolean;
  /** @param path of its file, absolute */
  make(context: ReporterContext, path: string): Reporter | Promise<Reporter>;
}

type Folder = Pick<ReporterContext, "reportFolder">;

/** Every reporter that comes with the tool, by name: adding one is one entry. What not every run has is loaded late. */
export const REPORTERS = {
  jsonl: { standard: true, make: ({ reportFolder }: Folder) => eventLog(reportFolder) },
  json: { standard: true, make: ({ reportFolder }: Folder) => new ReportFile(reportFolder) },
  markdown: {
    standard: true,
    make: ({ reportFolder }: Folder) =>
      fileReporter("report.md", join(reportFolder, "report.md"), async (report) =>
        (await import("./markdown/render.ts")).renderMarkdown(report),
      ),
  },
  console: { standard: true, make: (options: ConsoleOptions) => new ConsoleReporter(options) },
  junit: {
    file: "junit.xml",
    make: async (_context: ReporterContext, path: string) =>
      fileReporter("junit", path, (await import("./junit/junit.ts")).renderJunit),
  },
  ctrf: {
    file: "ctrf-report.json",
    make: async (_context: ReporterContext, path: string) =>
      fileReporter("ctrf", path, (await import("./ctrf.ts")).renderCtrf),
  },
  github: {
    async make({ stream, env, cwd }: ReporterContext) {
      const { GithubReporter } = await import("./github/github.ts");
      const { GITHUB_WORKSPACE: workspace = cwd, GITHUB_STEP_SUMMARY: summaryFile } = env;
      return new GithubReporter({ stream, cwd, workspace, summaryFile });
    },
  },
  plain: {
    replacesConsole: true,
    make: async (context: ReporterContext) => new (await import("./plain.ts")).PlainReporter(context),
  },
} satisfies Readonly<Record<string, ReporterEntry>>;

const CHOOSABLE: ReadonlyMap<string, ReporterEntry> = new Map(
  Object.entries<ReporterEntry>(REPORTERS).filter(([, { standard }]) => !standard),
);

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
  const replaced = specs.some((spec) => CHOOSABLE.get(spec)?.replacesConsole);
  return { reporters, console: replaced ? undefined : context };
}

async function load(spec: string, context: ReporterContext): Promise<Reporter> {
  const { cwd, reportFolder } = context;
  const [, name = spec, target] = /^([\w-]+)=(.*)$/s.exec(spec) ?? [];
  const entry = CHOOSABLE.get(name);
  if (entry) {
    const { file } = entry;
    if (file === undefined && target !== undefined) {
      throw new UsageError(`the reporter ${name} writes no file`, `Write --reporter ${name}.`);
    }
    // The report's own folder is made when the run begins.
    const path = target ? resolve(cwd, target) : resolve(reportFolder, file ?? "");
    if (target) await makeFolder(dirname(path));
    return entry.make(context, path);
  }
  if (target === undefined && MODULE.test(spec)) {
    const { loadCustomReporter } = await import("./custom.ts");
    return loadCustomReporter(spec, { reportFolder, cwd });
  }
  throw new UsageError(
    `there is no reporter ${name}`,
    `${suggestion(name, [...CHOOSABLE.keys()])} Give one of your own by its path, such as ./${name}.mjs.`,
  );
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw new UsageError(`no report can be written to ${folder}: ${errorMessage(error)}`);
  }
}
