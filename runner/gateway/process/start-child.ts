import { randomBytes } from "node:crypto";
import { QaError } from "../../base/errors.ts";
import { secretValues } from "../../base/secrets/names.ts";
import { secretsIn } from "../../base/secrets/secrets.ts";
import { gatewayConfig } from "../config.ts";
import type { GatewayStart, GatewayUnderTest } from "../gateway.ts";
import { NPM_REGISTRY } from "../npm-registry.ts";
import { RpcError } from "../rpc/errors.ts";
import { ChildGateway } from "./child-gateway.ts";
import { gatewayEnv, nodeOptionsOf } from "./env.ts";
import { LogCapture } from "./log.ts";
import { freePort } from "./ports.ts";
import type { GatewayProgram } from "./program.ts";
import { createTempRoot, type TempRoot, withStateInHome } from "./temp-root.ts";

/** Another process may take a free port before the gateway does. */
const PORT_ATTEMPTS = 5;
const PORT_TAKEN = /EADDRINUSE|address already in use|port \d+ is (?:already )?in use/i;

/** A program that has to be put into the temp root first. */
export type ProgramSource = GatewayProgram | ((tempRoot: TempRoot) => Promise<GatewayProgram>);

/**
 * Starts a gateway as a child process in a temp root of its own and waits until it is ready.
 * Everything is registered for teardown before it exists.
 * @throws QaError `gateway-start-failed` with the log, `wait-timeout`, or the signal's reason
 */
export async function startChildGateway(
  source: ProgramSource,
  start: GatewayStart,
): Promise<GatewayUnderTest> {
  const { teardown, wakeups, signal } = start;
  signal.throwIfAborted();
  const token = `gateway-qa-${randomBytes(24).toString("base64url")}`;
  const { liveModel, secrets } = start;
  secrets.add(token, ...(liveModel ? [liveModel.apiKey] : []));
  const log = new LogCapture(secrets.redactText, () => wakeups.notify());
  start.onLog?.(() => log.text());
  const folders = await createTempRoot({ teardown, keep: start.keepTemp }, start.root);
  await start.seedWorkspace?.(folders.workspaceDir);
  const program = typeof source === "function" ? await source(folders) : source;
  const tempRoot = program.isAccountsOwn ? await withStateInHome(folders) : folders;
  const env = gatewayEnv({
    base: process.env,
    tempRoot,
    token,
    isAccountsOwn: program.isAccountsOwn,
    parentPid: process.pid,
    extra: { ...program.env, ...start.env, ...start.secretEnv, ...nodeOptionsOf(program.env, start.env) },
  });
  const { borders } = start;
  if (borders?.registry) {
    const { npm_config_registry: registry = NPM_REGISTRY } = env;
    env.npm_config_registry = await borders.registry(registry);
  }

  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const own = gatewayConfig({
      tempRoot,
      port,
      token,
      modelUrl: start.modelUrl,
      liveModel,
      busUrl: start.busUrl,
      surroundings: start.surroundings,
      patches: [...(program.configPatches ?? []), ...start.configPatches],
      plugins: program.plugins,
    });
    const config = (await start.config?.(own)) ?? own;
    secrets.add(...secretsIn(config, env), ...secretValues(env));
    const mark = log.mark();
    const gateway = new ChildGateway({
      program,
      tempRoot,
      port,
      token,
      env,
      hidden: new Set(Object.keys(start.secretEnv ?? {})),
      config,
      log,
      redactor: secrets,
      wakeups,
      signal,
      scriptedModel: liveModel === undefined,
      rpcPort: await borders?.rpc?.(port, tempRoot.configPath),
      endedByFault: borders?.endedByFault,
    });
    teardown.defer(`gateway process on port ${port}`, () => gateway.stop());
    try {
      await gateway.start(start.beforeStart);
      return gateway;
    } catch (error) {
      // Whose fault it was shows only when the process is down and its log complete.
      await gateway.stop();
      const portTaken = PORT_TAKEN.test(log.since(mark)) || isStranger(error);
      if (signal.aborted || !portTaken || attempt === PORT_ATTEMPTS) throw asStartError(error, program);
    }
  }
}

/** What answers at our port does not know our token: a gateway that is slow to listen was overtaken by another one. */
function isStranger(error: unknown): boolean {
  return (
    error instanceof RpcError && error.method === "connect" && /unauthori[sz]ed|token/i.test(error.message)
  );
}

function asStartError(error: unknown, { target }: GatewayProgram): unknown {
  if (!(error instanceof QaError) || error.code !== "wait-timeout") return error;
  return new QaError(`the gateway (${target}) did not get ready: ${error.message}`, {
    code: "gateway-not-ready",
    fault: "product",
    details: error.details,
    cause: error,
  });
}
