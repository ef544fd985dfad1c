import { BlockedError, QaError } from "../errors.ts";
import { loadExeca } from "../gateway/process.ts";
import { type ActionContext, actionsOf, ENV_PARAMETER } from "./action.ts";

const CLI_TIMEOUT_MS = 60_000;
const SHOWN_OUTPUT = 2_000;

interface CliOptions {
  timeoutMs?: number;
  json?: boolean;
  env?: Readonly<Record<string, string>>;
}

/** Runs the gateway's own command line in the environment of the gateway under test. */
async function runGatewayCli(
  context: ActionContext,
  _env: object,
  args: readonly string[],
  { timeoutMs = CLI_TIMEOUT_MS, json = false, env = {} }: CliOptions = {},
): Promise<unknown> {
  const { cliCommand, runtimeEnv, tempRoot } = context.gateway;
  const [file, ...leading] = cliCommand ?? [];
  if (file === undefined)
    throw new BlockedError("process", "this gateway's command line is not on this machine");
  const { execa } = await loadExeca();
  const result = await execa(file, [...leading, ...args.map(String)], {
    cwd: tempRoot,
    env: { ...runtimeEnv, ...env },
    extendEnv: false,
    timeout: timeoutMs,
    cancelSignal: context.signal(),
    stdin: "ignore",
    reject: false,
  });
  context.signal().throwIfAborted();
  const command = `gateway ${args.join(" ")}`;
  if (result.timedOut)
    throw cliError(`qa cli timed out: ${command} took longer than ${timeoutMs} ms`, result);
  if (result.exitCode !== 0) {
    throw cliError(`qa cli failed (${result.exitCode ?? result.signal}): ${command}`, result);
  }
  return json ? jsonIn(result.stdout, command) : result.stdout;
}

function cliError(message: string, { stdout, stderr }: { stdout: string; stderr: string }): QaError {
  const output = [stderr, stdout].filter((text) => text !== "").join("\n");
  return new QaError(message, {
    code: "cli-failed",
    fault: "product",
    details: output.slice(-SHOWN_OUTPUT) || "(it printed nothing)",
  });
}

/** The JSON that the output ends with; log lines may stand before it. */
function jsonIn(output: string, command: string): unknown {
  const lines = output.split("\n");
  for (const [index, line] of lines.entries()) {
    if (!/^\s*[[{"\d]|^\s*(?:true|false|null)\s*$/.test(line)) continue;
    try {
      return JSON.parse(lines.slice(index).join("\n"));
    } catch {
      // A log line that looks like the beginning of JSON.
    }
  }
  throw new QaError(`${command} printed no JSON`, {
    code: "bad-answer",
    fault: "product",
    details: output.slice(-SHOWN_OUTPUT) || "(it printed nothing)",
  });
}

export const gatewayCliActions = actionsOf("gateway", (define) => ({
  runGatewayCli: define({
    summary:
      "Runs the gateway's own command line, in the environment of the gateway under test. An exit code other than 0 is an error.",
    params: [
      ENV_PARAMETER,
      { name: "args", type: "string[]", description: "for instance `[health, --json]`" },
      {
        name: "options",
        type: "{ json?, timeoutMs?, env? }",
        optional: true,
        description:
          "`json`: parse the output, whatever log lines stand before it; `timeoutMs`: default 60 000",
      },
    ],
    returns: "what it printed, or the parsed JSON",
    aliases: ["runQaCli"],
    budgetMs: ([, , options]) => (options as CliOptions | undefined)?.timeoutMs ?? CLI_TIMEOUT_MS,
    run: runGatewayCli,
  }),
}));
