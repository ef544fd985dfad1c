import type { JsonObject } from "../base/json.ts";
import type { GatewayUnderTest } from "../gateway/gateway.ts";

/** The ways to update: the gateway's command line, and its RPC method. */
export const ROUTES = ["gateway update", "update.run"] as const;
export type Route = (typeof ROUTES)[number];

const UPDATE_TIMEOUT_MS = 120_000;

/** What an update says of itself. */
export interface UpdateOutcome {
  ok: boolean;
  /** How it ended, for people. */
  exit: string;
  version: string;
  reason?: string;
}

/** Updates a running gateway to `to`. */
export function updateThrough(
  route: Route,
  gateway: GatewayUnderTest,
  to: string,
  signal: AbortSignal,
): Promise<UpdateOutcome> {
  return route === "update.run"
    ? updateOverRpc(gateway, to, signal)
    : updateOnCommandLine(gateway, to, signal);
}

async function updateOverRpc(
  gateway: GatewayUnderTest,
  to: string,
  signal: AbortSignal,
): Promise<UpdateOutcome> {
  const answer = await gateway.call("update.run", { target: to }, { timeoutMs: UPDATE_TIMEOUT_MS, signal });
  const { version, status, reason } = summarize(answer.result as JsonObject);
  const ok = answer.ok === true && version === to && answer.restart !== null;
  return { ok, exit: `status ${status}`, version, reason };
}

/** Only exit code 0 counts, whatever was printed. */
async function updateOnCommandLine(
  gateway: GatewayUnderTest,
  to: string,
  signal: AbortSignal,
): Promise<UpdateOutcome> {
  const args = ["update", "--tag", to, "--json"];
  const { exitCode, stdout, stderr } = await gateway.runCli(args, { timeoutMs: UPDATE_TIMEOUT_MS, signal });
  const { version, reason } = summarize(parse(stdout));
  const exit = `exit code ${exitCode ?? "none"}`;
  return { ok: exitCode === 0 && version === to, exit, version, reason: reason ?? lastLine(stderr) };
}

function summarize(result: JsonObject): { version: string; status: string; reason?: string } {
  const after = result.after as JsonObject | undefined;
  const reason = typeof result.reason === "string" ? result.reason : undefined;
  return { version: String(after?.version ?? "unknown"), status: String(result.status), reason };
}

function parse(text: string): JsonObject {
  try {
    return JSON.parse(text) as JsonObject;
  } catch {
    return {};
  }
}

function lastLine(text: string): string | undefined {
  return text.trim().split("\n").at(-1) || undefined;
}
