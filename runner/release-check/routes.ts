import type { JsonObject } from "../base/json.ts";
import { recognizeTarget } from "../base/target.ts";
import type { CliResult, GatewayUnderTest } from "../gateway/gateway.ts";

/** The ways to update: the gateway's command line, and its RPC method. */
export const ROUTES = ["gateway update", "update.run"] as const;
export type Route = (typeof ROUTES)[number];

/** Of a published release most of it is npm's. */
const UPDATE_TIMEOUT_MS = { embedded: 120_000, published: 900_000 } as const;
/** As much of an update's output as fits a report. */
const SUMMARY_CHARS = 600;

/**
 * What tells a program that it runs inside of the gateway's service, and what keeps it from updating: an operator's
 * shell has neither. The rest of the environment is the gateway's.
 */
const SHELL_ENV: Readonly<Record<string, string>> = Object.fromEntries(
  [
    ...["OPENCLAW_SYSTEMD_UNIT", "OPENCLAW_SERVICE_MARKER", "OPENCLAW_SERVICE_KIND", "INVOCATION_ID"],
    ...["OPENCLAW_NO_AUTO_UPDATE", "OPENCLAW_NO_RESPAWN", "NODE_OPTIONS"],
  ].map((name) => [name, ""]),
);

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

/** A published release has been given what to update to, and takes no target. */
async function updateOverRpc(
  gateway: GatewayUnderTest,
  to: string,
  signal: AbortSignal,
): Promise<UpdateOutcome> {
  const params = isPublished(gateway) ? {} : { target: to };
  const answer = await gateway.call("update.run", params, { timeoutMs: limitOf(gateway), signal });
  const { version, status, reason } = summarize(answer.result as JsonObject);
  const ok = answer.ok === true && version === to && answer.restart !== null;
  return { ok, exit: `status ${status}`, version, reason };
}

/**
 * Only exit code 0 counts, whatever was printed. A published release's shell update stops and starts the service around
 * the update; where there is none, the runner does.
 */
async function updateOnCommandLine(
  gateway: GatewayUnderTest,
  to: string,
  signal: AbortSignal,
): Promise<UpdateOutcome> {
  const published = isPublished(gateway);
  const args = ["update", "--tag", to, "--json", ...(published ? ["--yes", "--no-restart"] : [])];
  const options = { timeoutMs: limitOf(gateway), signal, ...(published && { env: SHELL_ENV }) };
  const update = () => gateway.runCli(args, options);
  const { exitCode, stdout, stderr } = published ? await whileStopped(gateway, update) : await update();
  const { version, reason } = summarize(parse(stdout));
  const code = exitCode ?? "none";
  if (exitCode !== 0) {
    const exit = `Packaged upgrade failed (${code}): ${summaryOf(`${stdout}\n${stderr}`)}`;
    return { ok: false, exit, version, reason: reason ?? lastLine(stderr) };
  }
  return { ok: version === to, exit: `exit code ${code}`, version, reason };
}

/** @throws what the start afterwards throws, if the command ended well; otherwise the command's end says more */
async function whileStopped(gateway: GatewayUnderTest, run: () => Promise<CliResult>): Promise<CliResult> {
  let result: CliResult | undefined;
  try {
    await gateway.restartAfterStateMutation(async () => {
      result = await run();
    });
  } catch (error) {
    if (result === undefined || result.exitCode === 0) throw error;
  }
  if (result === undefined) throw new Error("the gateway was restarted without its update");
  return result;
}

function isPublished({ facts }: GatewayUnderTest): boolean {
  return recognizeTarget(facts.target)?.kind === "openclaw";
}

function limitOf(gateway: GatewayUnderTest): number {
  return UPDATE_TIMEOUT_MS[isPublished(gateway) ? "published" : "embedded"];
}

/** On one line, and not longer than a report shows; what went wrong stands at the end. */
function summaryOf(output: string): string {
  const line = output.replace(/\s+/g, " ").trim();
  return line.length > SUMMARY_CHARS ? `…${line.slice(-SUMMARY_CHARS)}` : line || "(it printed nothing)";
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
