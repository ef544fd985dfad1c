import { QaError } from "../../base/errors.ts";
import { type ActionContext, actionsOf } from "../define.ts";
import { type KindOptions, SENTINELS, type SentinelFinding, scanLog } from "./log-sentinels.ts";

interface ScanOptions extends KindOptions {
  since?: number;
}

interface AssertOptions extends ScanOptions {
  allowEnvironmentBlocked?: boolean;
}

function readLogs({ gateway }: ActionContext, mark?: number): string {
  return mark === undefined ? gateway.logs() : gateway.readLogsSince(mark);
}

function scan(context: ActionContext, { since, ...kinds }: ScanOptions = {}): SentinelFinding[] {
  const whole = context.gateway.logs();
  const part = readLogs(context, since);
  const before = whole.slice(0, whole.length - part.length);
  return scanLog(part, kinds, before.split("\n").length);
}

function assertNone(
  context: ActionContext,
  { allowEnvironmentBlocked = false, ...options }: AssertOptions = {},
): SentinelFinding[] {
  const findings = scan(context, options);
  const onlyEnvironment = findings.every(({ verdict }) => verdict === "environment-blocked");
  if (findings.length === 0 || (onlyEnvironment && allowEnvironmentBlocked)) return findings;
  throw new QaError(`the gateway's log holds ${findings.length} line(s) that mean trouble`, {
    code: "log-sentinel",
    fault: onlyEnvironment ? "environment" : "product",
    details: findings
      .map(({ kind, verdict, owner, line, text }) => `${kind} (${verdict}, ${owner}), line ${line}: ${text}`)
      .join("\n"),
  });
}

const SINCE_AND_KINDS = `\`since\` from \`markGatewayLogCursor\`; kinds: ${SENTINELS.map(({ kind }) => kind).join(", ")}`;
const FINDINGS = "array of { kind, verdict, owner, productImpact, qaImpact, line, text }";

export const logActions = actionsOf("logs", (define) => ({
  markGatewayLogCursor: define({
    summary: "A mark for the log as it is now, to read later only what came after.",
    params: [],
    returns: "number",
    effect: "reads",
    needs: "logs",
    run: (context) => context.gateway.markLogs(),
  }),
  readGatewayLogs: define({
    summary: "The gateway's log, redacted; all of it or what came after a mark.",
    params: [{ name: "mark", type: "number", optional: true, description: "from `markGatewayLogCursor`" }],
    returns: "string",
    effect: "reads",
    needs: "logs",
    run: readLogs,
  }),
  scanGatewayLogSentinels: define({
    summary:
      "Looks in the log for lines that mean trouble. The verdict says whose fault such a line usually is, the impacts how bad it is for users and for the run, from P0 to P4.",
    params: [
      {
        name: "options",
        type: "{ since?, kinds?, ignoreKinds? }",
        optional: true,
        description: SINCE_AND_KINDS,
      },
    ],
    returns: FINDINGS,
    effect: "reads",
    needs: "logs",
    run: scan,
  }),
  assertNoGatewayLogSentinels: define({
    summary: "Fails if the log holds a line that means trouble.",
    params: [
      {
        name: "options",
        type: "{ since?, kinds?, ignoreKinds?, allowEnvironmentBlocked? }",
        optional: true,
        description: `${SINCE_AND_KINDS}; \`allowEnvironmentBlocked\`: lines for which the environment is to blame are no failure`,
      },
    ],
    returns: `${FINDINGS}: those that are allowed`,
    effect: "reads",
    needs: "logs",
    run: assertNone,
  }),
}));
