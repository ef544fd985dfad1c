import { QaError } from "../../base/errors.ts";
import { plural } from "../../base/text.ts";
import type { ActionContext } from "../context.ts";
import { actionsOf, members } from "../define.ts";
import { BOOLEAN, NUMBER, record, STRING, STRINGS, type ValuesOf } from "../schema.ts";
import { SENTINELS, type SentinelFinding, scanLog } from "./log-sentinels.ts";

const KINDS = { ...STRINGS, optional: true } as const;
const SCAN_PARAMS = {
  kinds: { ...KINDS, description: `default: all of ${SENTINELS.map(({ kind }) => kind).join(", ")}` },
  ignoreKinds: KINDS,
  since: { ...NUMBER, optional: true, description: "only what came after: from `markGatewayLogCursor`" },
} as const;
const ASSERT_PARAMS = {
  ...SCAN_PARAMS,
  allowEnvironmentBlocked: {
    ...BOOLEAN,
    default: false,
    description: "lines for which the environment is to blame are not a failure",
  },
} as const;

function readLogs({ gateway }: ActionContext, mark?: number): string {
  return mark === undefined ? gateway.logs() : gateway.readLogsSince(mark);
}

function scan(
  context: ActionContext,
  { since, kinds, ignoreKinds }: ValuesOf<typeof SCAN_PARAMS>,
): SentinelFinding[] {
  const whole = context.gateway.logs();
  const part = readLogs(context, since);
  const before = whole.slice(0, whole.length - part.length);
  return scanLog(part, { kinds, ignoreKinds }, before.split("\n").length);
}

function assertNone(
  context: ActionContext,
  { allowEnvironmentBlocked, ...options }: ValuesOf<typeof ASSERT_PARAMS>,
): SentinelFinding[] {
  const findings = scan(context, options);
  const onlyEnvironment = findings.every(({ verdict }) => verdict === "environment-blocked");
  if (findings.length === 0 || (onlyEnvironment && allowEnvironmentBlocked)) return findings;
  throw new QaError(
    `the gateway's log holds ${plural(findings.length, "line")} that ${findings.length === 1 ? "means" : "mean"} trouble`,
    {
      code: "log-sentinel",
      fault: onlyEnvironment ? "environment" : "product",
      details: findings
        .map(
          ({ kind, verdict, owner, line, text }) => `${kind} (${verdict}, ${owner}), line ${line}: ${text}`,
        )
        .join("\n"),
    },
  );
}

const FINDINGS = {
  type: "array",
  items: record({
    kind: STRING,
    verdict: STRING,
    owner: STRING,
    productImpact: STRING,
    qaImpact: STRING,
    line: NUMBER,
    text: STRING,
  }),
} as const;

export const logActions = actionsOf("logs", (define) => ({
  markGatewayLogCursor: define({
    summary: "A mark for the log as it is now, to read later only what came after.",
    positional: [],
    inSteps: "nothing: `expectLog` counts from the beginning of the scenario",
    returns: NUMBER,
    effect: "reads",
    needs: "logs",
    sync: true,
    run: (context) => context.gateway.markLogs(),
  }),
  readGatewayLogs: define({
    summary: "The gateway's log, redacted; all of it or what came after a mark.",
    params: { mark: { ...NUMBER, optional: true, description: "from `markGatewayLogCursor`" } },
    main: "mark",
    positional: ["mark"],
    inSteps: "`expectLog`",
    returns: STRING,
    effect: "reads",
    needs: "logs",
    sync: true,
    run: (context, { mark }) => readLogs(context, mark),
  }),
  scanGatewayLogSentinels: define({
    summary:
      "Looks in the log for lines that mean trouble. The verdict says whose fault such a line usually is, the impacts how bad it is for users and for the run, from P0 to P4.",
    params: SCAN_PARAMS,
    main: "kinds",
    positional: [members("options?")],
    inSteps: "`expectLog`",
    returns: FINDINGS,
    effect: "reads",
    needs: "logs",
    sync: true,
    run: scan,
  }),
  assertNoGatewayLogSentinels: define({
    summary: "Fails if the log holds a line that means trouble. Returns those that are allowed.",
    params: ASSERT_PARAMS,
    main: "kinds",
    positional: [members("options?")],
    inSteps: "`expectNoLog`",
    returns: FINDINGS,
    effect: "reads",
    needs: "logs",
    sync: true,
    run: assertNone,
  }),
}));
