import { BlockedError, QaError } from "../../base/errors.ts";
import { withoutSequences } from "../../base/secrets/unseen.ts";
import type { CliResult } from "../../gateway/gateway.ts";
import type { ActionContext } from "../context.ts";
import { actionsOf, members } from "../define.ts";
import { BOOLEAN, milliseconds, STRINGS, typed } from "../schema.ts";
import { jsonIn } from "./cli-json.ts";

const CLI_TIMEOUT_MS = 60_000;
const SHOWN_OUTPUT = 2_000;
const SHOWN_REASON = 300;
/** Commands that come with a plugin of releases: a gateway without one lacks what stands for it. */
const OF_CAPABILITIES: readonly string[] = ["memory", "browser"];

interface CliOptions {
  timeoutMs?: number;
  json?: boolean;
  env?: Readonly<Record<string, string>>;
}

/** Runs the gateway's own command line in the environment of the gateway under test. */
export async function runGatewayCli(
  context: ActionContext,
  args: readonly string[],
  { timeoutMs = CLI_TIMEOUT_MS, json = false, env = {} }: CliOptions = {},
): Promise<unknown> {
  const signal = context.signal();
  const result = await context.gateway.runCli(args.map(String), { timeoutMs, env, signal });
  const command = `openclaw ${args.join(" ")}`;
  if (result.timedOut) {
    throw cliError("cli-timeout", `qa cli timed out: ${command} took longer than ${timeoutMs} ms`, result);
  }
  if (result.exitCode !== 0) {
    const reason = reasonIn(result.stderr) || reasonIn(result.stdout) || "it printed nothing";
    const lacking = OF_CAPABILITIES.find(
      (name) => name === args[0] && reason.includes(`unknown command '${name}'`),
    );
    if (lacking) {
      throw new BlockedError(lacking, `this gateway has no command \`${lacking}\`: it lacks \`${lacking}\``);
    }
    throw cliError(
      "cli-failed",
      `qa cli failed (${result.exitCode ?? result.signal}): ${command}: ${reason}`,
      result,
    );
  }
  const output = withoutSequences(result.stdout);
  if (!json) return output;
  const value = jsonIn(output);
  if (value === undefined) throw cliError("bad-answer", `qa cli returned no JSON: ${command}`, result);
  return value;
}

/** The line that mentions an error, else the last one: hints may follow it. */
function reasonIn(output: string): string {
  const lines = withoutSequences(output).trimEnd().split("\n");
  const reason = lines.findLast((line) => /\berror\b/i.test(line)) ?? lines.at(-1) ?? "";
  return reason.trim().slice(0, SHOWN_REASON);
}

function cliError(code: string, message: string, { stdout, stderr }: CliResult): QaError {
  const output = [stderr, stdout].filter((text) => text !== "").join("\n");
  return new QaError(message, {
    code,
    fault: "product",
    details: output.slice(-SHOWN_OUTPUT) || "(it printed nothing)",
  });
}

export const gatewayCliActions = actionsOf("gateway", (define) => ({
  runGatewayCli: define({
    summary:
      "Runs the gateway's own command line, in the environment of the gateway under test. An exit code other than 0 is an error.",
    params: {
      args: { ...STRINGS, description: "for instance `[health, --json]`" },
      json: {
        ...BOOLEAN,
        default: false,
        description: "parse the output, whatever log lines stand around it",
      },
      timeoutMs: milliseconds(CLI_TIMEOUT_MS),
      env: typed<Record<string, string>>({
        type: "object",
        default: {},
        description: "added to the gateway's environment",
      }),
    },
    main: "args",
    positional: ["env", "args", members("options?")],
    inSteps: "`gatewayCli`",
    returns: { description: "what it printed, or the parsed JSON" },
    budgetMs: ({ timeoutMs }) => timeoutMs,
    run: (context, { args, ...options }) => runGatewayCli(context, args, options),
  }),
}));
