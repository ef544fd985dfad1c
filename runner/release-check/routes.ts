import type { JsonObject } from "../base/json.ts";
import { countdown } from "../base/slow.ts";
import { recognizeTarget } from "../base/target.ts";
import { waitForCondition } from "../base/waits.ts";
import { Wakeups } from "../base/wakeups.ts";
import type { CliResult, GatewayUnderTest } from "../gateway/gateway.ts";

/** The ways to update: the gateway's command line, and its RPC method. */
export const ROUTES = ["gateway update", "update.run"] as const;
export type Route = (typeof ROUTES)[number];

/** Of a published release most of it is npm's. */
const UPDATE_TIMEOUT_MS = { embedded: 120_000, published: 900_000 } as const;
/** As much of an update's output as fits a report. */
const SUMMARY_CHARS = 600;

const STATUS_TIMEOUT_MS = 120_000;
/** Between two looks at an update that goes on elsewhere. */
const LOOK_MS = 1000;

/** What tells a program that it runs inside of the gateway's service, and what keeps it from updating. */
const NOT_IN_A_SHELL = [
  ...["OPENCLAW_SYSTEMD_UNIT", "OPENCLAW_SERVICE_MARKER", "OPENCLAW_SERVICE_KIND", "INVOCATION_ID"],
  ...["OPENCLAW_NO_AUTO_UPDATE", "OPENCLAW_NO_RESPAWN", "NODE_OPTIONS", "NODE_COMPILE_CACHE"],
  ...["OPENCLAW_DISABLE_BUNDLED_PLUGIN_POSTINSTALL", "OPENCLAW_UPDATE_PACKAGE_SPEC"],
];

/**
 * What differs from the gateway's environment in an operator's shell. The last two are what the release's own check
 * sets: the old program goes on after the config was migrated, and compiled code of a replaced package is not used.
 */
const SHELL_ENV: Readonly<Record<string, string>> = {
  ...Object.fromEntries(NOT_IN_A_SHELL.map((name) => [name, ""])),
  OPENCLAW_ALLOW_OLDER_BINARY_DESTRUCTIVE_ACTIONS: "1",
  NODE_DISABLE_COMPILE_CACHE: "1",
};

/** What an update says of itself. */
export interface UpdateOutcome {
  ok: boolean;
  /** How it ended, for people. */
  exit: string;
  version: string;
  reason?: string;
  /** What went wrong, in the release's own sentences, where it says more than the reason. */
  facts: readonly string[];
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
  if (gateway.updatePlan?.isService && answer.ok === true) return serviceUpdate(gateway, answer, to, signal);
  const { version, status, reason, facts } = summarize(answer.result as JsonObject);
  const ok = answer.ok === true && version === to && answer.restart !== null;
  return { ok, exit: `status ${status}`, version, reason, facts };
}

/** The answer says that it has begun; what became of it is in the history of updates, which the next process tells. */
async function serviceUpdate(
  gateway: GatewayUnderTest,
  { runId }: JsonObject,
  to: string,
  signal: AbortSignal,
): Promise<UpdateOutcome> {
  const left = countdown(limitOf(gateway));
  const { lastRun, sentinel } = await waitForCondition(
    // Each look makes the gateway log a line, and costs an old one time that it needs for the update.
    new Wakeups(),
    async () => {
      const status = await gateway.call("update.status", {}, { timeoutMs: left(), signal });
      const run = (status.lastRun ?? {}) as JsonObject;
      return run.runId === runId && run.status !== "running" && { lastRun: run, sentinel: status.sentinel };
    },
    { what: "the update to be over", timeoutMs: left(), intervalMs: LOOK_MS, signal },
  );
  const { stats } = (sentinel ?? {}) as { stats?: JsonObject };
  const { reason, facts } = summarize({ ...stats, reason: lastRun.reason });
  const { runningVersion, serviceRunning } = (lastRun.verification ?? {}) as JsonObject;
  const ok = lastRun.status === "succeeded" && runningVersion === to && serviceRunning === true;
  return {
    ok,
    exit: `status ${lastRun.status}`,
    version: String(runningVersion ?? "unknown"),
    reason,
    facts,
  };
}

/**
 * Only exit code 0 counts, whatever was printed. A published release's shell update stops and starts the service around
 * the update; where there is none, the runner does.
 * The stand-in for a service manager is one.
 */
async function updateOnCommandLine(
  gateway: GatewayUnderTest,
  to: string,
  signal: AbortSignal,
): Promise<UpdateOutcome> {
  const published = isPublished(gateway);
  const byRunner = published && !gateway.updatePlan?.isService;
  const flags = [...(published ? ["--yes"] : []), ...(byRunner ? ["--no-restart"] : [])];
  const options = { timeoutMs: limitOf(gateway), signal, ...(published && { env: SHELL_ENV }) };
  const update = () => gateway.runCli(["update", "--tag", to, "--json", ...flags], options);
  const { exitCode, stdout, stderr } = byRunner ? await whileStopped(gateway, update) : await update();
  const { version, reason, facts } = summarize(parse(stdout));
  const code = exitCode ?? "none";
  if (exitCode !== 0) {
    const exit = `Packaged upgrade failed (${code}): ${summaryOf(`${stdout}\n${stderr}`)}`;
    return { ok: false, exit, version, reason: reason ?? lastLine(stderr), facts };
  }
  return { ok: version === to, exit: `exit code ${code}`, version, reason, facts };
}

/** Asks the updated program about updates. @returns what its answer holds. @throws Error when it does not answer */
export async function updateStatus(gateway: GatewayUnderTest, signal: AbortSignal): Promise<string> {
  const options = { timeoutMs: STATUS_TIMEOUT_MS, signal, ...(isPublished(gateway) && { env: SHELL_ENV }) };
  const { exitCode, stdout, stderr } = await gateway.runCli(["update", "status", "--json"], options);
  const answer = parse(stdout);
  if (exitCode !== 0 || Object.keys(answer).length === 0) {
    throw new Error(`exit code ${exitCode ?? "none"}: ${summaryOf(`${stdout}\n${stderr}`)}`);
  }
  return `answered: ${Object.keys(answer).join(", ")}`;
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

interface Summary extends Pick<UpdateOutcome, "version" | "reason" | "facts"> {
  status: string;
}

function summarize(result: JsonObject): Summary {
  const after = result.after as JsonObject | undefined;
  const reason = typeof result.reason === "string" ? result.reason : undefined;
  const { plugins } = (result.postUpdate ?? {}) as { plugins?: { failureFacts?: { message?: unknown }[] } };
  const facts = (plugins?.failureFacts ?? []).map(({ message }) => String(message));
  return { version: String(after?.version ?? "unknown"), status: String(result.status), reason, facts };
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
