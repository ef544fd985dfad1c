import { mkdir, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { endsWithin } from "../../../base/abort.ts";
import { errorMessage, UsageError } from "../../../base/errors.ts";
import { kindOf } from "../../../base/files.ts";
import type { Teardown } from "../../../base/teardown.ts";
import type { Reporter } from "../../stream.ts";
import { REPORTER_VERSION, type ReporterContext } from "./interface.ts";
import { ReporterProcess } from "./reporter-process.ts";

const LOAD_BUDGET_MS = 60_000;

/**
 * Loads a reporter from an ES module that exports `version` and, as its default, a class or a function. It runs in a
 * process of its own, which gets the events over a pipe and answers each: nothing that it does reaches the run.
 * @param path relative to `cwd`, or absolute
 * @param place the folders of its context, and what ends its process at the latest
 * @throws UsageError if there is no such module, or it is not one for this version of the interface
 */
export async function loadCustomReporter(
  path: string,
  { teardown, ...folders }: Omit<ReporterContext, "version"> & { teardown: Teardown },
): Promise<Reporter> {
  const file = resolve(folders.cwd, path);
  await requireModule(path, file);
  const own = new ReporterProcess();
  teardown.defer(`the reporter ${path}`, () => own.stop());
  // The run makes it only when it begins, and the reporter may write into it at once.
  await mkdir(folders.reportFolder, { recursive: true, mode: 0o700 });
  const loading = own.ask({ type: "load", path, file, context: { version: REPORTER_VERSION, ...folders } });
  const problem = await endsWithin(loading, LOAD_BUDGET_MS).then(
    (inTime) => (inTime ? undefined : new Error(`it was not ready within ${LOAD_BUDGET_MS / 1000} s`)),
    (error: Error) => error,
  );
  if (problem instanceof UsageError) throw problem;
  if (problem) throw new UsageError(`the reporter ${path} cannot be loaded: ${problem.message}`);
  return {
    name: path,
    finishes: "first",
    onEvent: (event) => own.ask({ type: "event", event }),
    finish: () => own.finish(),
  };
}

/** A pipe would be waited for. @throws UsageError unless it is a file */
async function requireModule(path: string, file: string): Promise<void> {
  const found = await stat(file).catch((error: NodeJS.ErrnoException) => error);
  if (found instanceof Error) {
    if (found.code === "ENOENT") throw new UsageError(`there is no reporter ${path}`, `Looked for ${file}.`);
    throw new UsageError(`the reporter ${path} cannot be read: ${errorMessage(found)}`);
  }
  if (!found.isFile()) {
    throw new UsageError(
      `the reporter ${path} is ${kindOf(found)}, not a file`,
      "Give the file of an ES module.",
    );
  }
}
