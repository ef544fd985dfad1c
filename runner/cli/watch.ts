import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { QaError, UsageError } from "../base/errors.ts";
import { EXIT } from "../base/exit-codes.ts";
import { userFolder } from "../base/invocation.ts";
import { displayPath, isWithin } from "../base/paths.ts";
import { secretValues } from "../base/secrets/names.ts";
import { Secrets } from "../base/secrets/secrets.ts";
import { Teardown } from "../base/teardown.ts";
import { GATEWAY_SOURCE } from "../gateway/embedded/build.ts";
import type { GatewayKind } from "../gateway/gateway.ts";
import { countTexts } from "../report/outcomes.ts";
import type { Reporter } from "../report/stream.ts";
import { closePools, openPools } from "../run/run.ts";
import { needsTestbed } from "../run/scenario.ts";
import type { Pools, RunSetup } from "../run/setup.ts";
import { watchFiles } from "../watch/files.ts";
import { listenToKeys } from "../watch/keys.ts";
import { WatchLoop } from "../watch/loop.ts";
import { narrowed } from "./changed.ts";
import type { RunOptions } from "./options.ts";
import { print, printNote } from "./redacted.ts";
import { type BetweenRuns, runScenarios } from "./run-scenarios.ts";
import { Scope } from "./scope.ts";
import { newRunId, reportInvalid, type Session, TEARDOWN_MS, withSession } from "./session.ts";
import { outFolder, reportsFolder } from "./workspace.ts";

/**
 * `qa run --watch`: runs what is chosen, and then what each saved file concerns. The report's folder holds the last run.
 * @returns the exit code of the last run, or that of an interrupt
 * @throws UsageError for a choice that cannot be watched
 */
export function watch(ids: readonly string[], options: RunOptions): Promise<number> {
  rejectOthers(options);
  return withSession(async (session) => {
    const watched = new Watched(ids, options, session);
    await watched.run();
    return session.signal.aborted ? EXIT.interrupted : watched.exitCode;
  });
}

/** @throws UsageError */
function rejectOthers({ lastFailed, shard, repeat, lane }: RunOptions): void {
  const other = { "--last-failed": lastFailed, "--shard": shard, "--repeat": repeat, "--lane": lane };
  const [flag] = Object.entries(other).find(([, value]) => value !== undefined) ?? [];
  if (flag === undefined) return;
  throw new UsageError(
    `--watch and ${flag} do not go together`,
    "A watch is for work on a few scenarios: name them, or choose them with --tag.",
  );
}

class Watched {
  exitCode: number = EXIT.passed;
  readonly #ids: readonly string[];
  readonly #options: RunOptions;
  readonly #session: Session;
  readonly #folder: string;
  readonly #kept: Kept;
  #scope: Scope | undefined;

  constructor(ids: readonly string[], options: RunOptions, session: Session) {
    this.#ids = ids;
    this.#options = options;
    this.#session = session;
    this.#folder = outFolder(options.out, "report", `watch-${newRunId()}`);
    this.#kept = new Kept(session);
  }

  async run(): Promise<void> {
    const { signal, teardown } = this.#session;
    const scope = await this.#read();
    const say = (line: string) => print(`${line}\n`);
    const loop = new WatchLoop({
      scenarios: {
        all: () => this.#all(),
        concernedBy: (changed) => this.#concernedBy(changed),
        failed: () => this.#kept.failed,
        run: (ids, stop) => this.#runOnce(ids, stop),
        getReady: () => this.#kept.getReady(),
      },
      say,
      write: print,
      shown: (path) => displayPath(path, userFolder()),
      interrupt: () => process.kill(process.pid, "SIGINT"),
      signal,
    });
    teardown.defer("gateways ahead", () => this.#kept.close());
    const restore = listenToKeys(process.stdin, (key) => loop.pressed(key));
    teardown.defer("keys", restore);
    const failing = Promise.withResolvers<never>();
    const files = await watchFiles(scope.places, {
      except: [reportsFolder(), this.#folder, ...(isWithin(tmpdir(), scope.root) ? [tmpdir()] : [])],
      onChange: (changed) => void loop.changed(changed).catch(failing.reject),
      onError: failing.reject,
    });
    teardown.defer("watched files", () => files.close());
    this.#onNewPlaces = (places) => files.add(places);
    await Promise.race([loop.run(await this.#first(scope)), failing.promise]);
  }

  #onNewPlaces: (places: readonly string[]) => void = () => {};

  /** What runs at the beginning. */
  async #first(scope: Scope): Promise<string[]> {
    const { changed } = this.#options;
    if (changed === undefined) return this.#all();
    const { changedFiles } = await import("../watch/changed.ts");
    return [
      ...scope.affectedBy(await changedFiles(scope.root, changed === true ? undefined : changed)).keys(),
    ];
  }

  #all(): string[] {
    return this.#scope?.subjects.map(({ id }) => id) ?? [];
  }

  async #read(): Promise<Scope> {
    this.#scope = await Scope.read(this.#ids, this.#options, false);
    return this.#scope;
  }

  async #concernedBy(changed: readonly string[]): Promise<Map<string, string>> {
    let scope = this.#scope ?? (await this.#read());
    const before = scope.affectedBy(changed);
    if (!(await scope.refresh(changed))) {
      try {
        scope = await this.#read();
      } catch (error) {
        // What is chosen may not exist for the moment: the watch goes on with what there was.
        this.exitCode = await shown(error);
      }
    }
    this.#onNewPlaces(scope.places);
    const files = new Set(scope.subjects.map(({ file }) => file));
    // A scenario's file decides nothing that a gateway was started with, unless it says so: that is compared later.
    if (changed.some((path) => !files.has(path))) await this.#kept.forget(changed);
    const now = scope.affectedBy(changed);
    const left = new Set(this.#all());
    return new Map([...before, ...now].filter(([id]) => left.has(id)));
  }

  async #runOnce(ids: readonly string[], stop: AbortSignal): Promise<string | undefined> {
    if (ids.length === 0) return "nothing to run";
    const teardown = new Teardown();
    const { strays } = this.#session;
    const before = strays();
    this.#kept.result = undefined;
    try {
      // It is the folder of this watch: made by its first run, and of no use to the next.
      await rm(this.#folder, { recursive: true, force: true });
      const [chosen, options] = narrowed(ids, this.#options, this.#scope?.named ?? []);
      const run = { signal: stop, teardown, strays: () => strays() - before };
      this.exitCode = await runScenarios(chosen, { ...options, out: this.#folder }, run, this.#kept);
    } catch (error) {
      if (stop.aborted) return undefined;
      this.exitCode = await shown(error);
    } finally {
      for (const problem of await teardown.run(TEARDOWN_MS)) printNote(`clean-up: ${problem}\n`);
    }
    return this.#kept.result;
  }
}

/** Shows what the user can correct; the watch goes on. @returns the exit code @throws everything else */
async function shown(error: unknown): Promise<number> {
  try {
    return await reportInvalid(error);
  } catch {
    if (!(error instanceof QaError)) throw error;
    printNote(
      [`error: ${error.message}  [${error.code}]`, error.details, error.hint]
        .filter(Boolean)
        .join("\n")
        .concat("\n"),
    );
    return error instanceof UsageError ? EXIT.usage : EXIT.harness;
  }
}

/** Gateways, processes and results of the runs of one watch. */
class Kept implements BetweenRuns {
  readonly secrets = new Secrets(secretValues(process.env));
  /** How the last run went, in a few words. */
  result: string | undefined;
  readonly #session: Session;
  readonly #failed = new Set<string>();
  #gateway: Promise<GatewayKind> | undefined;
  #pools: Promise<Pools> | undefined;
  #last: Omit<RunSetup, "signal"> | undefined;

  constructor(session: Session) {
    this.#session = session;
  }

  readonly reporter: Reporter = {
    name: "watch",
    onEvent: (event, run) => {
      if (event.type === "scenario-finished" && event.next === undefined) {
        // What was cut off has no result.
        if (event.failure?.code === "interrupted") return;
        if (event.verdict === "failed") this.#failed.add(event.scenarioId);
        else this.#failed.delete(event.scenarioId);
      } else if (event.type === "run-finished") {
        this.result = countTexts(run.report())
          .map(({ text }) => text)
          .join(", ");
      }
    },
  };

  get failed(): string[] {
    return [...this.#failed];
  }

  gateway(make: (teardown: Teardown) => Promise<GatewayKind>): Promise<GatewayKind> {
    this.#gateway ??= make(this.#session.teardown);
    return this.#gateway;
  }

  pools(run: Omit<RunSetup, "signal">): Promise<Pools> {
    this.#last = run;
    this.#pools ??= openPools({ ...run, signal: this.#session.signal });
    return this.#pools;
  }

  /** Has a gateway and a process for the scenario that ran last, which is likely to be the next. */
  getReady(): void {
    void this.#pools?.then(({ testbeds, attempts }) => {
      const next = this.#last?.scenarios.find(needsTestbed);
      if (!next) return;
      attempts.prepare();
      void testbeds.expect(next);
    });
  }

  /** What a gateway was started from may have changed. @param changed absolute */
  async forget(changed: readonly string[]): Promise<void> {
    const pools = await this.#pools;
    await pools?.testbeds.dismiss();
    if (!changed.some((path) => GATEWAY_SOURCE.some((source) => isWithin(path, source)))) return;
    await this.close();
    this.#gateway = undefined;
  }

  /** @returns once nothing that was started ahead is left */
  async close(): Promise<void> {
    const pools = await this.#pools;
    this.#pools = undefined;
    if (!pools) return;
    for (const problem of await closePools(pools)) printNote(`clean-up: ${problem}\n`);
  }
}
