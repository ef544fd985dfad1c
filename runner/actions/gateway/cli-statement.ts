import { withoutSequences } from "../../base/secrets/unseen.ts";
import { matches } from "../../flow/match/match.ts";
import type { Matcher } from "../../flow/match/matcher.ts";
import { Unexpected, unexpected } from "../../flow/match/unexpected.ts";
import type { ActionContext } from "../context.ts";
import { actionsOf } from "../define.ts";
import { limitOf } from "../scene/limits.ts";
import { ANY, matcherOf, NUMBER, record, STRING, STRINGS, typed } from "../schema.ts";
import { jsonIn } from "./cli-json.ts";

const CLI_MS = 60_000;
const SHOWN_OUTPUT = 2_000;
const CLI_RESULT = record({ exit: NUMBER, output: STRING }, { json: ANY });

async function runCli(
  context: ActionContext,
  {
    args,
    env,
    exit,
    output,
    json,
  }: {
    args: readonly string[];
    env: Record<string, string>;
    exit?: Matcher;
    output?: Matcher;
    json?: Matcher;
  },
) {
  const timeoutMs = limitOf(context, CLI_MS);
  const result = await context.gateway.runCli(args, { timeoutMs, env, signal: context.signal() });
  const command = `openclaw ${args.join(" ")}`;
  const printed = withoutSequences([result.stdout, result.stderr].filter((text) => text !== "").join("\n"));
  const details = printed.slice(-SHOWN_OUTPUT);
  if (result.timedOut) throw new Unexpected(`${command} took longer than ${timeoutMs} ms`, { details });
  const wanted = exit ?? ({ kind: "equals", value: 0 } satisfies Matcher);
  if (!matches(wanted, result.exitCode)) {
    const { message, expected, seen } = unexpected(`${command}: the exit code`, wanted, result.exitCode);
    throw new Unexpected(message, {
      ...(expected ? { expected } : {}),
      ...(seen ? { seen } : {}),
      details,
    });
  }
  if (output && !matches(output, printed)) throw unexpected(`${command}: the output`, output, printed);
  if (!json) return { exit: result.exitCode, output: printed };
  const value = jsonIn(withoutSequences(result.stdout));
  if (value === undefined) throw new Unexpected(`${command} printed no JSON`, { details });
  if (!matches(json, value)) throw unexpected(`${command}: what it printed`, json, value);
  return { exit: result.exitCode, output: printed, json: value };
}

export const cliStatements = actionsOf("gateway", (define) => ({
  gatewayCli: define({
    summary: "Runs the gateway's own command line to its end, in the environment of the gateway under test.",
    params: {
      args: { ...STRINGS, description: "for instance `[health, --json]`" },
      env: typed<Record<string, string>>({
        type: "object",
        additionalProperties: STRING,
        default: {},
        description: "added to the gateway's environment",
      }),
      exit: { ...matcherOf(NUMBER, "the exit code; default 0"), optional: true },
      output: { ...matcherOf(STRING, "what it printed, errors after the rest"), optional: true },
      json: { ...matcherOf(ANY, "the value that it printed as JSON"), optional: true },
    },
    main: "args",
    returns: CLI_RESULT,
    statement: "acts",
    run: runCli,
  }),
}));
