import { delimiter, dirname } from "node:path";
import { QaError } from "../../base/errors.ts";
import { guardedEnv, guardGroup } from "../../base/guardian.ts";
import { isSecretName } from "../../base/secrets/names.ts";
import { stretched } from "../../base/slow.ts";
import { libraryLimit } from "../../base/timers.ts";
import type { Environment } from "../process/env.ts";
import { loadExeca } from "../process/start-process.ts";

export interface NpmOptions {
  cwd: string;
  /** Secrets in it that are not npm's own are left out. */
  env: Environment;
  signal: AbortSignal;
  /** Milliseconds; default: no limit. */
  timeoutMs?: number;
  /** Run npm with the Node of the PATH; default: with our own, because releases check which Node installs them. */
  userNode?: boolean;
}

/** How npm ended. */
export interface NpmResult {
  ok: boolean;
  stdout: string;
  /** The end of what it said, for errors. */
  output: string;
  /** There is no npm on the PATH. */
  missing: boolean;
}

/** npm's own credentials; no other secret concerns npm, let alone install scripts. */
const NPM_VARIABLE = /^(?:npm_|node_auth_token$)/i;
const OUTPUT_LINES = 25;
const QUIET = ["--no-audit", "--no-fund", "--no-progress", "--no-update-notifier", "--loglevel=error"];

/** Runs npm; a failure is a result. What it has started ends with it. @throws the signal's reason */
export async function runNpm(args: readonly string[], options: NpmOptions): Promise<NpmResult> {
  const { cwd, env, signal, timeoutMs, userNode } = options;
  const { execa } = await loadExeca();
  const subprocess = execa("npm", [...args, ...QUIET], {
    cwd,
    env: guardedEnv(userNode ? npmVariables(env) : withOwnNode(npmVariables(env))),
    extendEnv: false,
    stdin: "ignore",
    all: true,
    reject: false,
    timeout: timeoutMs === undefined ? undefined : libraryLimit(stretched(timeoutMs)),
    cancelSignal: signal,
    killDescendants: true,
    forceKillAfterDelay: 2000,
  });
  guardGroup(subprocess.nodeChildProcess);
  const result = await subprocess;
  signal.throwIfAborted();
  return {
    ok: !result.failed,
    stdout: result.stdout,
    // With `--json` npm says on stdout once more why it failed.
    output: npmWords((args.includes("--json") && result.stderr) || result.all || result.shortMessage || ""),
    missing: result.code === "ENOENT",
  };
}

/** What npm has noted for its own developers: stacks, the members of error objects, and where its log lies. */
const NPM_INNER =
  /^npm (?:error|ERR!)(?:\s*$|\s{3,}at .*\d:\d+\)?(?: \{)?$|\s{3}(?:type|syscall|code|errno|address|port|requiredBy): | \}$| A complete log of this run )/;

/** The end of what npm said, without what only its own developers can use. */
export function npmWords(text: string): string {
  const lines = text.split("\n").filter((line) => !NPM_INNER.test(line));
  return lines.slice(-OUTPUT_LINES).join("\n").trimEnd();
}

/**
 * Runs npm where it must succeed.
 * @returns what it printed
 * @throws QaError `npm-missing`, or the given one with npm's own words; the signal's reason
 */
export async function requireNpm(
  args: readonly string[],
  options: NpmOptions,
  failure: { message: string; code: string; hint?: string },
): Promise<string> {
  const { ok, stdout, output, missing } = await runNpm(args, options);
  if (ok) return stdout;
  if (missing) {
    throw new QaError("npm was not found", {
      code: "npm-missing",
      fault: "environment",
      hint: "Releases are installed with npm, which comes with every Node: put it on the PATH.",
    });
  }
  const { message, code, hint } = failure;
  throw new QaError(message, { code, fault: "environment", hint, details: output });
}

function withOwnNode(env: Record<string, string>): Record<string, string> {
  return { ...env, PATH: [dirname(process.execPath), env.PATH].filter(Boolean).join(delimiter) };
}

/** What npm may see of an environment. */
function npmVariables(env: Environment): Record<string, string> {
  const passedOn: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && (NPM_VARIABLE.test(name) || !isSecretName(name))) passedOn[name] = value;
  }
  // npm keeps its compile cache in the temp folder and never removes it.
  passedOn.NODE_DISABLE_COMPILE_CACHE = "1";
  return passedOn;
}
