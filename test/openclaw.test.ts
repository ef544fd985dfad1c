import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { isAlive } from "../runner/base/testing/processes.ts";
import { runNpm } from "../runner/gateway/npm/npm.ts";
import { streamProgress } from "../runner/gateway/npm/progress.ts";
import { cacheFolder, ReleaseCache } from "../runner/gateway/openclaw/cache.ts";
import { OpenClawKind } from "../runner/gateway/openclaw/openclaw.ts";
import { expectNothingLeft } from "./testing/left.ts";
import { Sandbox, scenarioText } from "./testing/qa.ts";
import { startRunningGateway } from "./testing/running-gateway.ts";
import { HOT_RELOAD, HOT_RELOAD_ID } from "./testing/upstream-files.ts";

const RELEASE = "2026.4.26";
/** Installing takes half a minute on a good day. */
const TIMEOUT_MS = 400_000;

/** Why the release cannot be run here; undefined when it can. */
async function obstacle(): Promise<string | undefined> {
  if (await new ReleaseCache(cacheFolder(process.env)).find(RELEASE)) return undefined;
  const { ok } = await runNpm(["view", `openclaw@${RELEASE}`, "version"], {
    cwd: import.meta.dirname,
    env: process.env,
    signal: AbortSignal.timeout(30_000),
  }).catch(() => ({ ok: false }));
  return ok ? undefined : `openclaw@${RELEASE} is not installed, and the package registry cannot be reached`;
}

let reason: string | undefined;

beforeAll(async () => {
  reason = await obstacle();
  if (reason !== undefined) return;
  const kind = new OpenClawKind(
    { kind: "openclaw", spec: RELEASE },
    {
      cacheFolder: cacheFolder(process.env),
      env: process.env,
      progress: streamProgress(process.stderr),
    },
  );
  await kind.install(new AbortController().signal);
}, TIMEOUT_MS);

test("scenarios of ours and in upstream's form pass unchanged on a published release, and leave nothing", {
  timeout: TIMEOUT_MS,
}, async ({ skip }) => {
  skip(reason !== undefined, reason);
  const sandbox = await Sandbox.create();
  await sandbox.write(`pack/${HOT_RELOAD_ID}.md`, HOT_RELOAD);
  const { exitCode, stdout, report } = await sandbox.qa(
    ...["run", "plugin-lifecycle-hot-reload", HOT_RELOAD_ID, "--pack", "pack"],
    ...["--gateway", `openclaw@${RELEASE}`, "--jobs", "1"],
  );
  expect(exitCode, stdout).toBe(0);
  const gateway = { product: "OpenClaw", version: RELEASE, protocol: 3 };
  expect(report?.scenarios, stdout).toHaveLength(2);
  for (const scenario of report?.scenarios ?? [])
    expect(scenario).toMatchObject({ verdict: "passed", gateway });
  await expectNothingLeft(sandbox);
});

/** A turn that the model never answers, while the scenario waits for its end. */
const HELD_TURN = scenarioText(
  "held-turn",
  `  - name: has a turn that does not end
    actions:
      - call: holdModel
      - call: startAgentRun
        saveAs: started
        args: [{ ref: env }, { sessionKey: "agent:qa:held", message: "Reply exactly: never" }]
      - call: waitForModelRequest
        args: [{ lambda: { params: [request], expr: "request.allInputText.includes('never')" } }, 60000]
      - call: waitForAgentRun
        args: [{ ref: env }, { ref: started.runId }, 60000]`,
);

/** Moments at which a run is ended, and how each shows. */
const MOMENTS: Record<string, (sandbox: Sandbox, run: ChildProcess) => Promise<boolean>> = {
  boot: async (sandbox, run) =>
    (await sandbox.processes()).some((pid) => pid !== run.pid && isAlive(pid)) &&
    !(await eventsOf(sandbox)).includes('"gateway-ready"'),
  turn: async (sandbox) => (await eventsOf(sandbox)).includes('"call waitForAgentRun"'),
};

function eventsOf(sandbox: Sandbox): Promise<string> {
  return readFile(join(sandbox.reportFolder, "events.jsonl"), "utf8").catch(() => "");
}

describe.each(Object.entries(MOMENTS))("a run that is ended during the %s", (_moment, hasCome) => {
  test.for(["SIGKILL", "SIGINT"] as const)(
    "with %s leaves nothing, and the release as it was",
    {
      timeout: TIMEOUT_MS,
    },
    async (signal, { skip }) => {
      skip(reason !== undefined, reason);
      const sandbox = await Sandbox.create();
      await sandbox.write("pack/test/held-turn.md", HELD_TURN);
      const run = sandbox.start("run", "held-turn", "--pack", "pack", "--gateway", `openclaw@${RELEASE}`);
      const exited = once(run, "exit");
      await expect.poll(() => hasCome(sandbox, run), { timeout: TIMEOUT_MS / 2, interval: 20 }).toBe(true);
      process.kill(signal === "SIGINT" ? -(run.pid ?? 0) : (run.pid ?? 0), signal);
      const [exitCode] = await exited;
      expect(exitCode).toBe(signal === "SIGINT" ? 130 : null);
      await expectNothingLeft(sandbox, 30_000);
      const { stdout } = await sandbox.qa("gateway", "list", "--json");
      const { releases } = JSON.parse(stdout) as { releases: { version: string }[] };
      expect(releases.map(({ version }) => version)).toContain(RELEASE);
    },
  );
});

test("a release that is already running is checked only by reading", { timeout: TIMEOUT_MS }, async ({
  skip,
}) => {
  skip(reason !== undefined, reason);
  const gateway = await startRunningGateway(`openclaw@${RELEASE}`);
  vi.stubEnv("GATEWAY_QA_TOKEN", gateway.token);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  const sandbox = await Sandbox.create();
  await sandbox.write(
    "pack/test/counts-reloads.md",
    scenarioText(
      "counts-reloads",
      `  - name: looks at the generation
    actions:
      - call: readGatewayIdentity
        saveAs: before
        args: [{ ref: env }]
      - call: expectHotReload
        args: [{ ref: env }, { ref: before }, { reloads: 0 }]`,
    ),
  );
  const { report, stdout } = await sandbox.qa(
    ...["run", "attached-gateway-smoke", "counts-reloads", "--pack", "pack", "--gateway", gateway.wsUrl],
  );
  expect(report?.scenarios, stdout).toMatchObject([
    { id: "attached-gateway-smoke", verdict: "passed", gateway: { version: RELEASE, protocol: 3 } },
    { id: "counts-reloads", verdict: "blocked", reason: expect.stringContaining("(reload-generation)") },
  ]);
});
