import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import {
  chown,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import JSON5 from "json5";
import { errorMessage, QaError } from "../../base/errors.ts";
import { replaceJsonFile } from "../../base/files.ts";
import { type JsonObject, listOf, mergePatch, objectOf } from "../../base/json.ts";
import { isWithin } from "../../base/paths.ts";
import { userCache } from "../../base/user-cache.js";
import { waitForOutboundMessage } from "../../channel/outbound-waits.ts";
import type { GatewayKind, GatewayUnderTest } from "../../gateway/gateway.ts";
import { withLock } from "../../gateway/npm/lock.ts";
import type { Environment } from "../../gateway/process/env.ts";
import { Testbed } from "../../run/testbed/testbed.ts";
import { configKept } from "../copy/config.ts";
import type { StateFile, StateStep } from "./state-file.ts";

const TURN_MS = 120_000;
const CLI_MS = 300_000;
/** Goes up when the same file makes another state. */
const BUILDER = 2;

export interface BuildOptions {
  /** Of the state's release. */
  kind: GatewayKind;
  env: Environment;
  signal: AbortSignal;
  onPhase(text: string): void;
  onLeft(problem: string): void;
}

/**
 * Makes a state of the library, or takes the one that was made before.
 * @returns its state folder; absolute
 * @throws QaError `state-step-failed`, and what a gateway that does not start throws
 */
export async function buildState(file: StateFile, options: BuildOptions): Promise<string> {
  const { env, signal, onPhase } = options;
  const key = createHash("sha256")
    .update(JSON.stringify([BUILDER, file.release, file.steps]))
    .digest("hex")
    .slice(0, 16);
  const root = join(userCache(env), "states", `${file.id}-${key}`);
  const state = join(root, "state");
  const done = join(root, "made.json");
  if (existsSync(done)) return state;
  const onWait = () => onPhase(`another run is making the state ${file.id}; waiting for it`);
  return withLock(root, { signal, onWait }, async () => {
    if (existsSync(done)) return state;
    onPhase(`making the state ${file.id} with openclaw@${file.release}`);
    await rm(root, { recursive: true, force: true });
    await mkdir(state, { recursive: true, mode: 0o700 });
    const builder = new Builder(root, options);
    try {
      await builder.make(file);
    } finally {
      await builder.close();
    }
    await replaceJsonFile(done, { release: file.release });
    return state;
  });
}

class Builder {
  readonly #root: string;
  readonly #state: string;
  readonly #options: BuildOptions;
  /** Not in the file yet. */
  #patches: JsonObject[] = [];
  #testbed: Testbed | undefined;
  /** What the run loads its channel from: no part of the state. */
  #ownPaths: unknown[] = [];

  constructor(root: string, options: BuildOptions) {
    this.#root = root;
    this.#state = join(root, "state");
    this.#options = options;
  }

  async make({ steps, release }: StateFile): Promise<void> {
    await this.#do(steps, {});
    await this.#down();
    const config = (await this.#written()) ?? {};
    // Not every release says in its config which one it is.
    const named = mergePatch({ meta: { lastTouchedVersion: release } }, config);
    const patched = this.#patches.reduce<JsonObject>(mergePatch, named);
    const paths = pathsIn(patched).filter((path) => !this.#ownPaths.includes(path));
    const load = paths.length > 0 ? { paths } : null;
    await replaceJsonFile(join(this.#root, "openclaw.json"), mergePatch(patched, { plugins: { load } }));
    await rename(join(this.#root, "openclaw.json"), join(this.#state, "openclaw.json"));
  }

  async close(): Promise<void> {
    await this.#down();
  }

  async #do(steps: readonly StateStep[], given: Readonly<Record<string, string>>): Promise<void> {
    for (const step of steps) {
      this.#options.signal.throwIfAborted();
      if ("repeat" in step) {
        for (let n = 1; n <= step.repeat; n++) await this.#do(step.steps, { n: String(n) });
      } else
        await this.#one(
          filled(step, { state: this.#state, workspace: join(this.#state, "workspace"), ...given }),
        );
    }
  }

  async #one(step: Exclude<StateStep, { repeat: number }>): Promise<void> {
    const { signal } = this.#options;
    if ("say" in step) return this.#say(step);
    if ("call" in step) {
      const { gateway } = await this.#up();
      await gateway.call(step.call, step.with ?? {}, { signal, timeoutMs: TURN_MS });
      return;
    }
    if ("run" in step) return this.#run(step.run, step.running === true);
    await this.#down();
    if ("config" in step) this.#patches.push(step.config);
    else if ("remove" in step) await rm(this.#path(step.remove), { recursive: true });
    else if ("cut" in step) await this.#cut(step.cut, step.bytes);
    else if ("owner" in step) await chown(this.#path(step.owner), step.uid, -1).catch(notAllowed);
    else if ("link" in step) {
      await mkdir(dirname(this.#path(step.link)), { recursive: true });
      await symlink(step.to, this.#path(step.link));
    } else {
      const text = "text" in step ? step.text : `${JSON.stringify(step.json, undefined, 2)}\n`;
      await mkdir(dirname(this.#path(step.write)), { recursive: true });
      await writeFile(this.#path(step.write), text);
    }
  }

  async #say({ say, in: room, as = "alice" }: { say: string; in?: string; as?: string }): Promise<void> {
    const { testbed } = await this.#up();
    const { bus } = testbed;
    const sinceIndex = bus.outboundMessages().length;
    bus.addInboundMessage({
      conversation: room === undefined ? { id: as, kind: "direct" } : { id: room, kind: "channel" },
      senderId: as,
      text: room === undefined ? say : `@openclaw ${say}`,
    });
    const { signal } = this.#options;
    await waitForOutboundMessage(bus, () => true, TURN_MS, {
      sinceIndex,
      signal,
      what: `an answer to "${say}"`,
    });
  }

  /** Of a gateway that has been up: before, there is no config to run it with. */
  async #run(args: readonly string[], running: boolean): Promise<void> {
    const { gateway } = await this.#up();
    const { signal } = this.#options;
    const run = async () => {
      const { exitCode, stdout, stderr } = await gateway.runCli(args, { timeoutMs: CLI_MS, signal });
      if (exitCode === 0) return;
      throw new QaError(`${args.join(" ")} ended with ${exitCode ?? "no code"}`, {
        code: "state-step-failed",
        fault: "scenario",
        details: `${stdout}\n${stderr}`.trim().split("\n").slice(-15).join("\n"),
      });
    };
    if (running) await run();
    else await gateway.restartAfterStateMutation(run);
  }

  async #up(): Promise<{ testbed: Testbed; gateway: GatewayUnderTest }> {
    const { kind, signal } = this.#options;
    this.#testbed ??= new Testbed(
      { gateway: kind, signal },
      {
        root: this.#root,
        config: async (own) => {
          const before = await this.#written();
          const config = before ? configKept(before, own) : this.#first(own);
          const patched = this.#patches.reduce<JsonObject>(mergePatch, config);
          this.#patches = [];
          this.#ownPaths = pathsIn(own);
          // A patch replaces lists as a whole.
          const paths = [...new Set([...this.#ownPaths, ...pathsIn(patched)])];
          return mergePatch(patched, { plugins: { load: { paths } } });
        },
      },
    );
    return { testbed: this.#testbed, gateway: (await this.#testbed.ready).gateway };
  }

  /** As an operator's: one agent, whose workspace lies in the state. */
  #first(own: JsonObject): JsonObject {
    const { agents, ...rest } = own;
    const { defaults } = agents as { defaults: JsonObject };
    return {
      ...rest,
      agents: {
        defaults: { ...defaults, workspace: join(this.#state, "workspace") },
        list: [{ id: "main", default: true }],
      },
    };
  }

  async #written(): Promise<JsonObject | undefined> {
    const text = await readFile(join(this.#root, "openclaw.json"), "utf8").catch(() => undefined);
    return text === undefined ? undefined : (JSON5.parse(text) as JsonObject);
  }

  async #down(): Promise<void> {
    const testbed = this.#testbed;
    this.#testbed = undefined;
    for (const problem of (await testbed?.close()) ?? []) this.#options.onLeft(problem);
  }

  async #cut(pattern: string, bytes: number): Promise<void> {
    const [folder, name] = [dirname(pattern), basename(pattern)];
    const [start = "", end = ""] = name.split("*");
    for (const each of await readdir(this.#path(folder))) {
      if (!each.startsWith(start) || !each.endsWith(end) || each.includes(".trajectory")) continue;
      const file = this.#path(join(folder, each));
      await truncate(file, (await stat(file)).size - bytes);
    }
  }

  /** @throws Error for a path that leads out of the state */
  #path(path: string): string {
    const full = join(this.#state, path);
    if (isWithin(full, this.#state) && full !== this.#state) return full;
    throw new QaError(`${path} lies outside of the state`, { code: "state-step-failed", fault: "scenario" });
  }
}

function pathsIn({ plugins }: JsonObject): unknown[] {
  return listOf(objectOf(objectOf(plugins).load).paths);
}

function notAllowed(error: unknown): never {
  throw new QaError(`a file cannot be given to another user: ${errorMessage(error)}`, {
    code: "state-step-failed",
    fault: "environment",
    hint: "Only the superuser may do that: rehearse the other states, or this one in a container.",
  });
}

function filled<T>(value: T, values: Readonly<Record<string, string>>): T {
  const text = JSON.stringify(value);
  return JSON.parse(
    text.replaceAll(/\$\{(\w+)\}/g, (whole, name: string) =>
      Object.hasOwn(values, name) ? String(values[name]) : whole,
    ),
  ) as T;
}
