import { randomUUID } from "node:crypto";
import { mkdir, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { errorMessage, UsageError } from "../../base/errors.ts";
import { kindOf } from "../../base/files.ts";
import { suggestion } from "../../base/suggest.ts";
import type { Reporter } from "../stream.ts";
import type { ConsoleOptions } from "./console/console.ts";
import { foldFor } from "./console/fold.ts";
import { REPORTERS, type ReporterContext, type ReporterEntry } from "./index.ts";

/** What `--reporter` asks for. */
export interface ChosenReporters {
  reporters: Reporter[];
  /** Undefined if one of the reporters takes the console's place. */
  console: ConsoleOptions | undefined;
}

const CHOOSABLE: ReadonlyMap<string, ReporterEntry> = new Map(Object.entries<ReporterEntry>(REPORTERS));

const MODULE = /[/\\]|\.[cm]?[jt]s$/;

/**
 * Makes the reporters that are named. Where a coding agent reads what is printed, the console's place is the agent
 * reporter's, unless another one has it.
 * @param specs each `<name>`, `<name>=<file>` or the path of a module
 * @throws UsageError if one of them is unknown or cannot be loaded
 */
export async function loadReporters(
  specs: readonly string[],
  given: Omit<ReporterContext, "token">,
): Promise<ChosenReporters> {
  const token = randomUUID();
  const context = {
    ...given,
    token,
    fold: foldFor({ env: given.env, token, switchedOff: specs.includes("github") }),
  };
  const replaces = (spec: string) => CHOOSABLE.get(spec)?.replacesConsole === true;
  const chosen = specs.some(replaces) || !(await isReadByAgent(context)) ? specs : [...specs, "agent"];
  const reporters = await Promise.all([...new Set(chosen)].map((spec) => load(spec, context)));
  return { reporters, console: chosen.some(replaces) ? undefined : context };
}

/** What std-env's variable for an agent's name holds where there is to be none. */
const NOBODY = "none";

async function isReadByAgent({ stream, quiet }: Pick<ReporterContext, "stream" | "quiet">): Promise<boolean> {
  if (stream.isTTY || quiet) return false;
  const { agent = NOBODY } = await import("std-env");
  return agent !== NOBODY;
}

async function load(spec: string, context: ReporterContext): Promise<Reporter> {
  const { cwd, reportFolder, teardown } = context;
  const [, name = spec, target] = /^([\w-]+)=(.*)$/s.exec(spec) ?? [];
  const entry = CHOOSABLE.get(name);
  if (entry) {
    const { file } = entry;
    if (file === undefined && target !== undefined) {
      throw new UsageError(`the reporter ${name} writes no file`, `Write --reporter ${name}.`);
    }
    if (target?.trim() === "") {
      throw new UsageError(`--reporter ${spec} names no file`, "Is it a variable that is not set?");
    }
    // The report's own folder is made when the run begins.
    const path = target ? resolve(cwd, target) : resolve(reportFolder, file ?? "");
    if (target) await requireWritable(path, `--reporter ${spec}`);
    return entry.make(context, path);
  }
  if (target === undefined && MODULE.test(spec)) {
    const { loadCustomReporter } = await import("./custom/custom.ts");
    return loadCustomReporter(spec, { reportFolder, cwd, teardown });
  }
  throw new UsageError(
    `there is no reporter ${name}`,
    `${suggestion(name, [...CHOOSABLE.keys()])} Give one of your own by its path, such as ./${name}.mjs.`,
  );
}

/** Makes the folder of a file. @throws UsageError if that is not possible, or something else than a file is in its place */
async function requireWritable(path: string, option: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
  } catch (error) {
    throw new UsageError(`no report can be written to ${dirname(path)}: ${errorMessage(error)}`);
  }
  const found = await stat(path).catch(() => undefined);
  if (found && !found.isFile() && !found.isCharacterDevice()) {
    throw new UsageError(`${option} leads to ${kindOf(found)}, not to a file`, "Name a file that is new.");
  }
}
