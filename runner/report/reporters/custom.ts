import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { errorMessage, UsageError } from "../../base/errors.ts";
import type { RunEvent } from "../events.ts";
import type { Reporter, RunView } from "../stream.ts";

/** Counts up with every change that a reporter written for the version before would trip over. */
const REPORTER_VERSION = 1;

/** What a custom reporter is made with. */
export interface CustomReporterContext {
  version: typeof REPORTER_VERSION;
  /** Absolute; exists. Files that a reporter writes belong here. */
  reportFolder: string;
  /** Absolute; the user's working folder. */
  cwd: string;
}

/** A custom reporter, version 1. It may have more members; they are ignored. */
interface CustomReporter {
  /**
   * Gets every event, redacted, in order and one at a time; a promise holds back the next one.
   * @param run gives copies, as in report.json: changing them changes nothing for others
   */
  onEvent(event: RunEvent, run: RunView): void | Promise<void>;
  /** Called once at the end, even when `onEvent` failed before. */
  finish?(run: RunView): void | Promise<void>;
}

/**
 * Loads a reporter from an ES module that exports `version` and, as its default, a class or a function.
 * @param path relative to `context.cwd`, or absolute
 * @throws UsageError if there is no such module, or it is not one for this version of the interface
 */
export async function loadCustomReporter(
  path: string,
  folders: Omit<CustomReporterContext, "version">,
): Promise<Reporter> {
  const context: CustomReporterContext = { version: REPORTER_VERSION, ...folders };
  const file = resolve(context.cwd, path);
  if (!existsSync(file)) {
    throw new UsageError(`there is no reporter ${path}`, `Looked for ${file}.`);
  }
  const module = await attempt(
    path,
    () => import(pathToFileURL(file).href) as Promise<Record<string, unknown>>,
  );
  if (module.version !== REPORTER_VERSION) {
    const found =
      module.version === undefined
        ? "does not say which version it is for"
        : `is written for version ${module.version}`;
    throw new UsageError(
      `the reporter ${path} ${found}, and the interface here is version ${REPORTER_VERSION}`,
      `It must have \`export const version = ${REPORTER_VERSION}\`; docs/reporters.md describes it.`,
    );
  }
  const custom = await attempt(path, async () => {
    // The run makes it only when it begins, and this may write into it at once.
    await mkdir(context.reportFolder, { recursive: true, mode: 0o700 });
    return make(module.default, context);
  });
  if (!isReporter(custom)) {
    throw new UsageError(
      `the default export of the reporter ${path} makes no object with a function onEvent`,
      "Export a class with that method, or a function that returns such an object.",
    );
  }
  return {
    name: path,
    finishes: "first",
    // Copies: what it does to them must not reach the other reporters.
    onEvent: (event, run) => custom.onEvent(structuredClone(event), copyOf(run)),
    finish: (run) => custom.finish?.(copyOf(run)),
  };
}

function copyOf(run: RunView): RunView {
  return {
    get started() {
      return run.started;
    },
    report: () => structuredClone(run.report()),
    scenario: (id) => structuredClone(run.scenario(id)),
  };
}

/** An arrow or async function has no prototype and cannot be constructed; any other one may be a class. */
function make(factory: unknown, context: CustomReporterContext): unknown {
  if (typeof factory !== "function") return undefined;
  return factory.prototype === undefined ? factory(context) : Reflect.construct(factory, [context]);
}

async function attempt<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw new UsageError(
      `the reporter ${path} cannot be loaded: ${errorMessage(error)}`,
      "It runs in the runner's own process, on Node 24: look at the module itself.",
    );
  }
}

function isReporter(value: unknown): value is CustomReporter {
  return (
    typeof value === "object" && value !== null && "onEvent" in value && typeof value.onEvent === "function"
  );
}
