import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { expect, test, vi } from "vitest";
import { Teardown } from "../runner/base/teardown.ts";
import { EmbeddedKind } from "../runner/gateway/embedded/embedded.ts";
import { type ParityReport, paritySchema } from "../runner/parity/parity-schema.ts";
import { Testbed } from "../runner/run/testbed/testbed.ts";
import { Sandbox, scenarioText } from "./testing/qa.ts";

const validate = addFormats.default(new Ajv({ allErrors: true, strict: true })).compile(paritySchema);

/** Two scenarios that only read, and pass on a gateway that knows the built-in method it is asked for. */
const READS = scenarioText(
  "reads-health",
  `  - name: is healthy
    actions:
      - call: env.gateway.call
        saveAs: health
        args: [health, {}]
      - assert: health.ok`,
);

/** What a refused write leaves behind shows whether a gateway checks its config. */
const REFUSES = scenarioText(
  "refuses-nonsense",
  `  - name: reads the config
    actions:
      - call: readConfigSnapshot
        saveAs: before
        args: [{ ref: env }]
  - name: refuses what is not a config
    actions:
      - set: outcome
        value: accepted
      - try:
          actions:
            - call: env.gateway.call
              args:
                - config.patch
                - { raw: "{ skils: {} }", baseHash: { ref: before.hash } }
          catch:
            - set: outcome
              value: refused
      - assert: "outcome === 'refused'"`,
);

async function readParity(folder: string): Promise<ParityReport> {
  const report = JSON.parse(await readFile(join(folder, "parity.json"), "utf8")) as ParityReport;
  validate(report);
  expect(validate.errors).toBeNull();
  return report;
}

test("two finished runs are compared: where they differ first, and how their answers differ", async () => {
  const sandbox = await Sandbox.create();
  await sandbox.write("pack/test/refuses.md", REFUSES);
  await sandbox.write("pack/test/reads.md", READS);
  const run = ["run", "reads-health", "refuses-nonsense", "--pack", "pack"];
  expect((await sandbox.qa(...run, "--out", "sound")).exitCode).toBe(0);
  expect((await sandbox.qa(...run, "--out", "broken", "--fault", "config-accept-invalid")).exitCode).toBe(1);

  const result = await sandbox.qa("parity", "--reports", "sound,broken", "--out", "parity", "--page");
  const page = await readFile(join(sandbox.folder, "parity/page.html"), "utf8");
  expect(page).toMatch(
    /refuses-nonsense.*<span class="passed">.*<span class="failed">.*refuses what is not a config/,
  );
  expect(result.stdout).toMatch(/^Page: parity\/page\.html$/m);
  expect(result.stdout).toContain("≠ refuses-nonsense");
  expect(result.stdout).toContain("Parity: 1 of 2 scenarios the same");
  expect(result.exitCode).toBe(1);
  const parity = await readParity(join(sandbox.folder, "parity"));
  expect(parity.gateways.map(({ name }) => name)).toEqual(["embedded (sound)", "embedded (broken)"]);
  expect(parity.scenarios).toMatchObject([
    { id: "reads-health", same: true },
    {
      id: "refuses-nonsense",
      same: false,
      firstDifference: { index: 1, name: "refuses what is not a config", statuses: ["passed", "failed"] },
    },
  ]);
  expect(parity.methods.map(({ method, differences }) => [method, differences])).toEqual([
    ["config.get", []],
    ["health", []],
  ]);
  expect(await readFile(join(sandbox.folder, "parity/parity.md"), "utf8")).toContain(
    "refuses what is not a config",
  );

  // A comparison does not overwrite another one.
  const again = await sandbox.qa("parity", "--reports", "sound,broken", "--out", "parity");
  expect(again.exitCode).toBe(2);
  expect(again.stderr).toContain("already holds a comparison");
});

test("a run that failed outside its scenarios cannot be compared", async () => {
  const sandbox = await Sandbox.create();
  await sandbox.write("pack/test/reads.md", READS);
  await sandbox.write(
    "breaks.mjs",
    "export const version = 1;\nexport default () => ({ onEvent() { throw new Error('broken'); } });\n",
  );
  const run = ["run", "reads-health", "--pack", "pack"];
  expect((await sandbox.qa(...run, "--out", "sound")).exitCode).toBe(0);
  const { exitCode } = await sandbox.qa(...run, "--out", "spoilt", "--reporter", "./breaks.mjs");
  expect(exitCode).toBe(4);
  expect((await sandbox.reportIn("spoilt"))?.counts).toMatchObject({ passed: 1, failed: 0 });

  const result = await sandbox.qa("parity", "--reports", "sound,spoilt", "--out", "parity");
  expect(result.stdout).toMatch(/^! embedded \(spoilt\): its run ended with exit code 4/m);
  expect(result.exitCode).toBe(4);
});

test("gateways are run one after the other, each with a report of its own, and end as one exit code", async () => {
  const sandbox = await Sandbox.create();
  await sandbox.write("pack/test/reads.md", READS);
  await sandbox.write(
    "pack/test/only.md",
    READS.replace("id: reads-health", "id: only-here").replace("---\n\n", "gateways: [embedded]\n---\n\n"),
  );
  // What this runner lacks blocks the one scenario of a pack that was only matched.
  await sandbox.write(
    "pack/test/needs.md",
    READS.replace("id: reads-health", "id: needs-more").replace("env.gateway.call", "env.gateway.fly"),
  );
  const teardown = new Teardown();
  const { signal } = new AbortController();
  const testbed = new Testbed({ gateway: new EmbeddedKind(teardown), signal });
  try {
    const { gateway: running } = await testbed.ready;
    vi.stubEnv("GATEWAY_QA_TOKEN", running.token);
    const out = join(sandbox.folder, "parity");
    const args = ["parity", "--tag", "test", "--pack", "pack", "--out", out];
    const { exitCode, stdout, stderr } = await sandbox.qa(...args, "--gateways", `embedded,${running.wsUrl}`);
    expect(exitCode, stdout + stderr).toBe(0);
    const { gateways, scenarios, methods } = await readParity(out);
    expect(scenarios).toMatchObject([
      { id: "needs-more", results: [{ verdict: "blocked" }, { verdict: "blocked" }] },
      { id: "only-here", results: [{ verdict: "passed" }, { verdict: "left-out" }] },
      { id: "reads-health", results: [{ verdict: "passed" }, { verdict: "passed" }], same: true },
    ]);
    expect(methods).toMatchObject([{ method: "health", scenarios: ["reads-health"], answers: [1, 1] }]);
    for (const { report } of gateways) {
      const path = join(out, report ?? "", "report.json");
      expect(JSON.parse(await readFile(path, "utf8"))).toMatchObject({ exitCode: 0 });
    }
  } finally {
    vi.unstubAllEnvs();
    expect([...(await testbed.close()), ...(await teardown.run(10_000))]).toEqual([]);
  }
  expect(await sandbox.processes()).toEqual([]);
});

test("an unavailable gateway is named, the others run, and the result cannot be relied on", async () => {
  const sandbox = await Sandbox.create();
  await sandbox.write("pack/test/reads.md", READS);
  vi.stubEnv("GATEWAY_QA_CACHE", join(sandbox.folder, "cache"));
  vi.stubEnv("npm_config_registry", "http://127.0.0.1:9");
  vi.stubEnv("npm_config_fetch_retries", "0");
  const { exitCode, stdout } = await sandbox.qa(
    ...["parity", "reads-health", "--pack", "pack", "--out", "parity"],
    ...["--gateways", "embedded,openclaw@2026.4.26"],
  );
  vi.unstubAllEnvs();
  expect(stdout).toMatch(/^! openclaw@2026\.4\.26: .*\[registry-unreachable\]$/m);
  expect(stdout).toMatch(/^ {2}reads-health +passed \S+ m?s +not run$/m);
  expect(exitCode).toBe(4);
});

test("a scenario file with errors ends the command before anything runs", async () => {
  const sandbox = await Sandbox.create();
  await sandbox.write("pack/test/broken.md", READS.replace("health.ok", "healt.ok"));
  vi.stubEnv("GATEWAY_QA_TOKEN", "none");
  const gateways = ["--gateways", "embedded,ws://127.0.0.1:9"];
  const { exitCode, stdout, stderr } = await sandbox.qa(
    ...["parity", "reads-health", "--pack", "pack", "--out", "parity", ...gateways],
  );
  vi.unstubAllEnvs();
  expect(exitCode).toBe(3);
  expect(stderr).toMatch(/broken\.md:\d+:\d+ {2}error[\s\S]*healt/);
  expect(stdout).not.toContain("✓");
});

test.for([
  [["dm-chat-baseline"], /there is nothing to compare[\s\S]*two gateways/],
  [["dm-chat-baseline", "--gateways", "embedded"], /there is nothing to compare/],
  [["dm-chat-baseline", "--gateways", "embedded,embedded"], /names embedded twice/],
  [["dm-chat-baseline", "--gateways", "embedded,openclow@1"], /Did you mean openclaw@1\?/],
  [["dm-chat-base", "--gateways", "embedded,openclaw@latest"], /Did you mean dm-chat-baseline\?/],
  [["plugin-bad-among-good", "--gateways", "embedded,openclaw@latest"], /is for two of these gateways/],
  [["--reports", "a,b"], /a\/report\.json cannot be read/],
  [["--reports", "a,b", "--all"], /compares all that the reports hold/],
  [["--reports", "a,b", "--gateways", "embedded,openclaw@latest"], /Give one of the two/],
] as const)("qa parity %s is a wrong command line", async ([args, message]) => {
  const sandbox = await Sandbox.create();
  const { exitCode, stderr } = await sandbox.qa("parity", ...args);
  expect(stderr).toMatch(message);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(exitCode).toBe(2);
});
