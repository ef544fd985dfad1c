import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { startProvider, type TestProvider } from "./testing/provider.ts";
import { Sandbox, scenarioText } from "./testing/qa.ts";

/** Looks like nothing that a pattern for keys would match. */
const KEY = "Kx9-provider-key-of-this-test";
const MODEL = "some-model-2";

function environment(variables: Record<string, string>): void {
  for (const name of ["OPENAI_API_KEY", "GATEWAY_QA_LIVE_API_KEY", "GATEWAY_QA_LIVE_BASE_URL"])
    vi.stubEnv(name, undefined);
  vi.stubEnv("GATEWAY_QA_LIVE_MODEL", MODEL);
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
}

async function liveRun(): Promise<{ sandbox: Sandbox; provider: TestProvider }> {
  const provider = await startProvider(KEY);
  environment({ GATEWAY_QA_LIVE_API_KEY: KEY, GATEWAY_QA_LIVE_BASE_URL: provider.baseUrl });
  return { sandbox: await Sandbox.create(), provider };
}

test("the gateway talks to the provider that the environment names, and the key stays secret", async () => {
  const { sandbox, provider } = await liveRun();
  await sandbox.write(
    "pack/test/tells-key.md",
    scenarioText(
      "tells-key",
      `  - name: shows the key that the gateway has
    actions:
      - set: provider
        value: { expr: env.cfg.models.providers.live }
      - assert:
          expr: "provider.apiKey === 'something else'"
          message: { expr: "\`the key is \${provider.apiKey}\`" }`,
    ),
  );
  const { report, stdout } = await sandbox.qa(
    ...["run", "dm-chat-baseline", "tells-key", "--pack", "pack", "--model", "live"],
  );
  expect(report, stdout).toMatchObject({ providerMode: "live-frontier" });
  expect(report?.scenarios, stdout).toMatchObject([
    { id: "dm-chat-baseline", verdict: "passed" },
    {
      id: "tells-key",
      verdict: "failed",
      failure: { message: expect.stringMatching(/^the key is \[redacted \d\]$/) },
    },
  ]);
  expect(report?.scenarios[1]?.rerun).toContain("--model live");
  expect(provider.requests.map(({ body }) => body.model)).toEqual([MODEL, MODEL]);
  expect(provider.refused()).toBe(0);
  expect(stdout).not.toContain(KEY);
  for (const file of await readdir(sandbox.reportFolder, { recursive: true })) {
    const text = await readFile(join(sandbox.reportFolder, file), "utf8").catch(() => "");
    expect(text, file).not.toContain(KEY);
  }
});

test("a scenario that inspects the scripted model is blocked, one that scripts it is skipped", async () => {
  const { sandbox } = await liveRun();
  await sandbox.write(
    "pack/test/looks.md",
    scenarioText("looks", "  - name: looks\n    actions: [{ call: readModelRequests }]"),
  );
  const blocked = await sandbox.qa("run", "looks", "--pack", "pack", "--model", "live");
  expect(blocked.exitCode).toBe(4);
  expect(blocked.report?.scenarios[0]).toMatchObject({
    verdict: "blocked",
    reason: expect.stringContaining("(scripted-model)"),
  });

  const scripted = scenarioText("scripts", "  - name: runs\n    actions: [{ call: reset }]");
  await sandbox.write(
    "pack/test/scripts.md",
    `${scripted}\n\`\`\`yaml qa-model\nrules:\n  - reply: Yes.\n\`\`\`\n`,
  );
  const named = await sandbox.qa("run", "scripts", "--pack", "pack", "--model", "live");
  expect(named.exitCode).toBe(2);
  expect(named.stderr).toContain("scripts cannot run here: it scripts the model");
  const byGlob = await sandbox.qa("run", "scripts*", "looks", "--pack", "pack", "--model", "live");
  expect(byGlob.report?.scenarios.map(({ id, verdict }) => [id, verdict])).toEqual([
    ["looks", "blocked"],
    ["scripts", "skipped"],
  ]);
});

test("a key that the provider rejects fails the scenario, not the runner", async () => {
  const { sandbox, provider } = await liveRun();
  vi.stubEnv("GATEWAY_QA_LIVE_API_KEY", "another-key-of-this-test");
  await sandbox.write(
    "pack/test/asks.md",
    scenarioText(
      "asks",
      `  - name: asks
    actions:
      - call: runAgentPrompt
        args: [{ ref: env }, { sessionKey: "agent:qa:main", message: "Reply exactly: hello" }]`,
    ),
  );
  const { exitCode, report } = await sandbox.qa("run", "asks", "--pack", "pack", "--model", "live");
  expect(exitCode).toBe(1);
  expect(report?.scenarios[0]?.failure).toMatchObject({ code: "turn-failed", fault: "product" });
  expect(provider.requests).toEqual([]);
  expect(provider.refused()).toBeGreaterThan(0);
});

test.for([
  [{}, 4, "GATEWAY_QA_LIVE_API_KEY or OPENAI_API_KEY"],
  [
    { OPENAI_API_KEY: KEY, GATEWAY_QA_LIVE_BASE_URL: "https://provider.invalid/v1" },
    4,
    "Set GATEWAY_QA_LIVE_API_KEY, or leave out",
  ],
  [{ OPENAI_API_KEY: KEY, GATEWAY_QA_LIVE_MODEL: "" }, 4, "GATEWAY_QA_LIVE_MODEL"],
  [{ OPENAI_API_KEY: KEY, GATEWAY_QA_LIVE_BASE_URL: "here" }, 2, "GATEWAY_QA_LIVE_BASE_URL"],
  [{ OPENAI_API_KEY: KEY, GATEWAY_QA_LIVE_BASE_URL: "http://192.0.2.1/v1" }, 2, "in the clear"],
] as const)("what is missing in the environment is named: %j", async ([variables, code, words]) => {
  environment(variables);
  const sandbox = await Sandbox.create();
  const { exitCode, stderr, report } = await sandbox.qa("run", "dm-chat-baseline", "--model", "live");
  expect(exitCode).toBe(code);
  expect(stderr).toContain(words);
  expect(stderr).not.toContain(KEY);
  expect(report).toBeUndefined();
});
