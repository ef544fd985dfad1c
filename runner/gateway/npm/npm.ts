import { delimiter, dirname } from "node:path";
import { isSecretName } from "../../base/redact.ts";
import type { Environment } from "../process/env.ts";
import { loadExeca } from "../process/start-process.ts";

/** How npm ended. */
export interface NpmResult {
  ok: boolean;
  stdout: string;
  /** The end of what it said, for errors. */
  output: string;
}

/** npm's own credentials; every other secret is none of its business, and less so of install scripts. */
const NPM_VARIABLE = /^(?:npm_|node_auth_token$)/i;
const OUTPUT_LINES = 25;

/** Runs npm with our own Node: releases check which Node installs them. */
export async function runNpm(
  args: readonly string[],
  { cwd, env, signal }: { cwd: string; env: Environment; signal: AbortSignal },
): Promise<NpmResult> {
  const { execa } = await loadExeca();
  const result = await execa(
    "npm",
    [...args, "--no-audit", "--no-fund", "--no-progress", "--loglevel=error"],
    {
      cwd,
      env: npmEnv(env),
      extendEnv: false,
      stdin: "ignore",
      all: true,
      reject: false,
      cancelSignal: signal,
      killDescendants: true,
      forceKillAfterDelay: 2000,
    },
  );
  signal.throwIfAborted();
  return {
    ok: !result.failed,
    stdout: result.stdout,
    output: (result.all || result.shortMessage || "").split("\n").slice(-OUTPUT_LINES).join("\n"),
  };
}

function npmEnv(env: Environment): Record<string, string> {
  return {
    ...npmVariables(env),
    PATH: [dirname(process.execPath), env.PATH].filter(Boolean).join(delimiter),
  };
}

/** What npm may see of an environment. */
export function npmVariables(env: Environment): Record<string, string> {
  const passedOn: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && (NPM_VARIABLE.test(name) || !isSecretName(name))) passedOn[name] = value;
  }
  // npm keeps its compile cache in the temp folder and never removes it.
  passedOn.NODE_DISABLE_COMPILE_CACHE = "1";
  return passedOn;
}
