import { QaError } from "../errors.ts";
import { type ActionContext, actionsOf } from "./action.ts";

/** A line of the gateway's log that means something is wrong, whatever the scenario looks at. */
interface Sentinel {
  kind: string;
  /** Whose fault such a line usually is. */
  verdict: "product-bug" | "environment-blocked";
  pattern: RegExp;
}

const SENTINELS: readonly Sentinel[] = [
  { kind: "plugin-hook-failure", verdict: "product-bug", pattern: /plugin .*hook .*(failed|threw)/i },
  {
    kind: "plugin-contract-error",
    verdict: "product-bug",
    pattern: /(contracts?\.tools|plugin contract).*(missing|mismatch|error|not declared)/i,
  },
  { kind: "module-not-found", verdict: "product-bug", pattern: /ERR_MODULE_NOT_FOUND|Cannot find module/ },
  { kind: "stalled-agent-run", verdict: "product-bug", pattern: /(agent|embedded) run .*stalled/i },
  { kind: "uncaught-error", verdict: "product-bug", pattern: /uncaught exception|unhandled rejection/i },
  {
    kind: "live-quota-or-subscription",
    verdict: "environment-blocked",
    pattern: /insufficient_quota|exceeded your current quota/i,
  },
];

interface KindOptions {
  kinds?: readonly string[];
  ignoreKinds?: readonly string[];
}

interface ScanOptions extends KindOptions {
  since?: number;
}

interface Finding {
  kind: string;
  verdict: Sentinel["verdict"];
  /** 1-based, in the scanned part of the log. */
  line: number;
  text: string;
}

function readLogs(context: ActionContext, mark?: number): string {
  return mark === undefined ? context.gateway.logs() : context.gateway.readLogsSince(mark);
}

/** Looks through a log for lines that mean trouble. */
export function scanLog(log: string, { kinds, ignoreKinds = [] }: KindOptions = {}): Finding[] {
  const wanted = SENTINELS.filter(
    ({ kind }) => (kinds?.includes(kind) ?? true) && !ignoreKinds.includes(kind),
  );
  return log.split("\n").flatMap((text, index): Finding[] => {
    const hit = wanted.find(({ pattern }) => pattern.test(text));
    return hit ? [{ kind: hit.kind, verdict: hit.verdict, line: index + 1, text }] : [];
  });
}

function scan(context: ActionContext, { since, ...kinds }: ScanOptions = {}): Finding[] {
  return scanLog(readLogs(context, since), kinds);
}

const SCAN_PARAMETER = {
  name: "options",
  type: "{ since?, kinds?, ignoreKinds? }",
  optional: true,
  description: `\`since\` from \`markGatewayLogCursor\`; kinds: ${SENTINELS.map(({ kind }) => kind).join(", ")}`,
} as const;

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
    summary: "Looks in the log for lines that mean trouble.",
    params: [SCAN_PARAMETER],
    returns: "array of { kind, verdict, line, text }",
    effect: "reads",
    needs: "logs",
    run: scan,
  }),
  assertNoGatewayLogSentinels: define({
    summary: "Fails if the log holds a line that means trouble.",
    params: [SCAN_PARAMETER],
    returns: "nothing",
    effect: "reads",
    needs: "logs",
    run: (context, options?: ScanOptions) => {
      const findings = scan(context, options);
      if (findings.length === 0) return;
      throw new QaError(`the gateway's log holds ${findings.length} line(s) that mean trouble`, {
        code: "log-sentinel",
        fault: findings.every(({ verdict }) => verdict === "environment-blocked") ? "environment" : "product",
        details: findings.map(({ kind, line, text }) => `${kind}, line ${line}: ${text}`).join("\n"),
      });
    },
  }),
}));
