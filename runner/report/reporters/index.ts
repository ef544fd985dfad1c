import type { Teardown } from "../../base/teardown.ts";
import type { Reporter } from "../stream.ts";
import type { ConsoleOptions } from "./console/console.ts";
import type { fileReporter as FileReporter } from "./files.ts";

export interface ReporterContext extends ConsoleOptions {
  /** Absolute; the report's own folder. */
  reportFolder: string;
  /** Ends what a reporter started. */
  teardown: Teardown;
  /** Switches workflow commands of GitHub on again where the run has switched them off. */
  token: string;
  /** Nothing is printed but what the named reporters print. */
  quiet?: boolean | undefined;
}

export interface ReporterEntry {
  /** Name of its file in the report's folder, which `<name>=<file>` replaces; without one it writes to stdout. */
  file?: string;
  /** It takes the console's place. */
  replacesConsole?: boolean;
  /** @param path of its file, absolute */
  make(context: ReporterContext, path: string): Promise<Reporter>;
}

/**
 * Every reporter that `--reporter` adds, by name: adding one is one entry. The command line reads the names from here,
 * so an entry loads its code only when it makes the reporter. What every run has stands in `open.ts`.
 */
export const REPORTERS = {
  junit: {
    file: "junit.xml",
    make: async (_context: ReporterContext, path: string) => {
      const { renderJunit } = await import("./junit/junit.ts");
      return writes("junit", path, renderJunit);
    },
  },
  ctrf: {
    file: "ctrf-report.json",
    make: async (_context: ReporterContext, path: string) => {
      const { renderCtrf } = await import("./ctrf.ts");
      return writes("ctrf", path, renderCtrf);
    },
  },
  github: {
    async make({ stream, env, cwd, token }: ReporterContext) {
      const { GithubReporter } = await import("./github/github.ts");
      const { GITHUB_WORKSPACE: workspace = cwd, GITHUB_STEP_SUMMARY: summaryFile } = env;
      return new GithubReporter({ stream, cwd, workspace, summaryFile, token });
    },
  },
  comment: {
    file: "comment.md",
    make: async (_context: ReporterContext, path: string) => {
      const { renderComment } = await import("./github/summary.ts");
      return writes("comment", path, renderComment);
    },
  },
  agent: {
    replacesConsole: true,
    make: async (context: ReporterContext) => new (await import("./agent/agent.ts")).AgentReporter(context),
  },
  plain: {
    replacesConsole: true,
    make: async (context: ReporterContext) => new (await import("./plain.ts")).PlainReporter(context),
  },
} satisfies Readonly<Record<string, ReporterEntry>>;

/** A reporter that writes one file, made of the run's report, when the run ends. */
async function writes(...file: Parameters<typeof FileReporter>): Promise<Reporter> {
  const { fileReporter } = await import("./files.ts");
  return fileReporter(...file);
}
