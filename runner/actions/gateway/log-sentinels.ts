import { badArgument } from "../bad-argument.ts";

type Impact = "P0" | "P1" | "P2" | "P3" | "P4";

/** A kind of line in the gateway's log that means trouble, whatever the scenario looks at. */
export interface Sentinel {
  kind: string;
  /** Whose fault such a line usually is. */
  verdict: "product-bug" | "qa-harness-bug" | "fixture-bug" | "environment-blocked";
  /** The part of the product, or of its environment, where the cause is to be looked for. */
  owner: string;
  /** How bad it is for users, and for what the run can say. */
  productImpact: Impact;
  qaImpact: Impact;
  pattern: RegExp;
}

/** A line that a sentinel recognised. */
export interface SentinelFinding extends Omit<Sentinel, "pattern"> {
  /** 1-based, in the whole log. */
  line: number;
  text: string;
}

export const SENTINELS: readonly Sentinel[] = [
  {
    kind: "plugin-hook-failure",
    verdict: "product-bug",
    owner: "plugin",
    productImpact: "P1",
    qaImpact: "P0",
    pattern:
      /plugin .*hook .*(?:failed|threw)|\bbefore_(?:prompt_build|tool_call)\b.*\b(?:crash(?:ed)?|exception|fail(?:ed|ure)|error)\b/i,
  },
  {
    kind: "plugin-contract-error",
    verdict: "product-bug",
    owner: "plugin",
    productImpact: "P1",
    qaImpact: "P0",
    pattern:
      /(?:contracts?\.tools|plugin contract).*(?:missing|mismatch|invalid|error|not declared|must declare|without)|(?:missing|mismatch|invalid|error|not declared|must declare|without).*contracts\.tools/i,
  },
  {
    kind: "direct-reply-self-message",
    verdict: "product-bug",
    owner: "openclaw-routing",
    productImpact: "P1",
    qaImpact: "P0",
    pattern: /direct[- ]reply self[- ]message/i,
  },
  {
    kind: "codex-app-server-timeout",
    verdict: "product-bug",
    owner: "codex-runtime",
    productImpact: "P1",
    qaImpact: "P0",
    pattern: /codex app-server.*timed out|timed out.*codex app-server/i,
  },
  {
    kind: "stalled-agent-run",
    verdict: "product-bug",
    owner: "agent-runtime",
    productImpact: "P1",
    qaImpact: "P0",
    pattern:
      /(?:agent|embedded) run .*stalled|codex_app_server.*(?:stalled|no progress)|(?:stalled|no progress).*codex_app_server/i,
  },
  {
    kind: "cron-model-allowlist",
    verdict: "product-bug",
    owner: "openclaw-cron",
    productImpact: "P2",
    qaImpact: "P0",
    pattern:
      /\bcron\b.*(?:model.*allow-?list|allow-?list.*model)|(?:model.*allow-?list|allow-?list.*model).*\bcron\b/i,
  },
  {
    kind: "module-not-found",
    verdict: "product-bug",
    owner: "packaging",
    productImpact: "P0",
    qaImpact: "P0",
    pattern: /ERR_MODULE_NOT_FOUND|Cannot find module/,
  },
  {
    kind: "uncaught-error",
    verdict: "product-bug",
    owner: "gateway",
    productImpact: "P0",
    qaImpact: "P0",
    pattern: /uncaught exception|unhandled rejection/i,
  },
  {
    kind: "live-quota-or-subscription",
    verdict: "environment-blocked",
    owner: "environment",
    productImpact: "P4",
    qaImpact: "P0",
    pattern:
      /insufficient_quota|quota exceeded|exceeded your current quota|subscription exhausted|no active subscription|billing hard limit|usage limit/i,
  },
];

export interface KindOptions {
  kinds?: readonly string[];
  ignoreKinds?: readonly string[];
}

/**
 * Looks through a log for lines that mean trouble.
 * @param firstLine number of the text's first line in the whole log
 * @throws QaError `bad-argument` for an unknown kind: it would never find anything
 */
export function scanLog(
  log: string,
  { kinds, ignoreKinds = [] }: KindOptions = {},
  firstLine = 1,
): SentinelFinding[] {
  for (const kind of [...(kinds ?? []), ...ignoreKinds]) requireKind(kind);
  const all = !kinds || kinds.length === 0;
  const wanted = SENTINELS.filter(({ kind }) => (all || kinds.includes(kind)) && !ignoreKinds.includes(kind));
  return log.split("\n").flatMap((text, index): SentinelFinding[] => {
    const hit = wanted.find(({ pattern }) => pattern.test(text));
    if (!hit) return [];
    const { pattern: _pattern, ...facts } = hit;
    return [{ ...facts, line: firstLine + index, text: text.trim() }];
  });
}

function requireKind(kind: string): void {
  if (SENTINELS.some((sentinel) => sentinel.kind === kind)) return;
  throw badArgument(
    `there is no log sentinel of the kind ${JSON.stringify(kind)}`,
    `Known: ${SENTINELS.map((sentinel) => sentinel.kind).join(", ")}.`,
  );
}
