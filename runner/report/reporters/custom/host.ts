import { Socket } from "node:net";
import { pathToFileURL } from "node:url";
import { errorMessage, UsageError } from "../../../base/errors.ts";
import { shorten } from "../../../base/text.ts";
import { RunState } from "../../run-state.ts";
import { REPORTER_VERSION, type Reporter, type ReporterContext, type RunSoFar } from "./interface.ts";
import { type Answer, CHANNEL, lineSplitter, type Request } from "./protocol.ts";

// Runs in the process of one reporter: loads it, and passes on what the runner sends.

const LONGEST_PROBLEM = 4_000;

const channel = new Socket({ fd: CHANNEL });
const run = new RunState();
const view: RunSoFar = {
  get started() {
    return run.started;
  },
  report: () => structuredClone(run.report()),
  scenario: (id) => structuredClone(run.scenario(id)),
};
let reporter: Reporter | undefined;

channel.setEncoding("utf8");
channel.on(
  "data",
  lineSplitter((line) => void answer(JSON.parse(line)), Number.POSITIVE_INFINITY),
);
// The runner is done with it, or gone: whatever the reporter still does is not waited for.
channel.on("end", () => process.exit());
channel.on("error", () => process.exit());
process.on("uncaughtException", (error) => send({ problem: problemText(error) }));
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") send({ problem: `it cannot write its output: ${error.message}` });
  });
}

async function answer({ id, request }: { id: number; request: Request }): Promise<void> {
  try {
    await perform(request);
    send({ id });
  } catch (error) {
    send({ id, problem: problemText(error), hint: error instanceof UsageError ? error.hint : undefined });
  }
}

async function perform(request: Request): Promise<void> {
  switch (request.type) {
    case "load":
      reporter = await load(request.path, request.file, request.context);
      break;
    case "event":
      run.apply(request.event);
      await reporter?.onEvent(structuredClone(request.event), view);
      break;
    case "finish":
      await reporter?.finish?.(view);
  }
}

function send(message: Answer): void {
  channel.write(`${JSON.stringify(message)}\n`);
}

function problemText(error: unknown): string {
  return shorten(errorMessage(error), LONGEST_PROBLEM);
}

async function load(path: string, file: string, context: ReporterContext): Promise<Reporter> {
  const module: Record<string, unknown> = await attempt(path, () => import(pathToFileURL(file).href));
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
  const custom = await attempt(path, async () => make(module.default, context));
  if (!isReporter(custom)) {
    throw new UsageError(
      `the default export of the reporter ${path} makes no object with a function onEvent`,
      "Export a class with that method, or a function that returns such an object.",
    );
  }
  return custom;
}

async function attempt<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw new UsageError(
      `the reporter ${path} cannot be loaded: ${errorMessage(error)}`,
      "It runs on Node 24, in a process of its own: look at the module itself.",
    );
  }
}

/** An arrow or async function has no prototype and cannot be constructed; any other one may be a class. */
function make(factory: unknown, context: ReporterContext): unknown {
  if (typeof factory !== "function") return undefined;
  return factory.prototype === undefined ? factory(context) : Reflect.construct(factory, [context]);
}

function isReporter(value: unknown): value is Reporter {
  return (
    typeof value === "object" && value !== null && "onEvent" in value && typeof value.onEvent === "function"
  );
}
