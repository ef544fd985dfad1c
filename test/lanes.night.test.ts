import { afterEach, describe, expect, test, vi } from "vitest";
import type { GithubJob } from "../runner/lanes/github.ts";
import {
  FAILING,
  FIVE,
  GUARD,
  GUARDED,
  LANES,
  lanesText,
  matrixOf,
  passing,
  repository,
} from "./testing/lanes.ts";
import { KNOWN_RELEASES, withoutRegistry } from "./testing/releases-offline.ts";

afterEach(() => vi.unstubAllEnvs());

describe("qa matrix", () => {
  test("resolves ranges, cuts shards, and names every job", async () => {
    const sandbox = await repository(
      lanesText(`
gateways: [embedded, openclaw@latest, { releases: { last: 2 } }]
select: { packs: [../pack] }
os: [linux, macos]
shards: 2
minutes: 7
mayFail: true`),
      FIVE,
    );
    await withoutRegistry(sandbox);
    const matrix = await matrixOf(sandbox);
    const gateways = ["embedded", "openclaw@2026.9.6", "openclaw@2026.9.5"];
    expect(matrix.jobs.map(({ name }) => name)).toEqual(
      gateways.flatMap((gateway) =>
        ["linux", "macos"].flatMap((os) =>
          [1, 2].map((index) => `demo / ${gateway} / ${os} / ${index} of 2`),
        ),
      ),
    );
    expect(matrix.jobs[0]).toMatchObject({
      id: "demo-embedded-linux-1-of-2",
      owner: "@harbor/qa",
      shard: { index: 1, total: 2 },
      selection: ["a", "b", "c", "d", "e"],
      minutes: 7,
      mayFail: true,
      command: "pnpm qa run --lane demo --gateway embedded --shard 1/2 --lanes qa/lanes.yaml",
    });
    expect(matrix.notes.join("\n")).toMatch(
      /releases are those that it last listed[\s\S]*releases last 2 means openclaw@2026\.9\.6, which the lane already has/,
    );
    const shares = matrix.jobs.slice(0, 2).map(({ scenarios }) => scenarios);
    // Five, four, three, two and one steps.
    expect(shares).toEqual([
      ["a", "b", "e"],
      ["c", "d"],
    ]);

    const github = await sandbox.qa("matrix", ...LANES, "--format", "github", "--out", "plan/matrix.json");
    const { include } = JSON.parse(github.stdout) as { include: GithubJob[] };
    expect(include[4]).toEqual({
      name: "demo / openclaw@2026.9.6 / linux / 1 of 2",
      id: "demo-openclaw-2026.9.6-linux-1-of-2",
      runsOn: "ubuntu-latest",
      lane: "demo",
      gateway: "openclaw@2026.9.6",
      shard: "1/2",
      release: "2026.9.6",
      secrets: "[]",
      minutes: 17,
      mayFail: true,
      command: "pnpm qa run --lane demo --gateway openclaw@2026.9.6 --shard 1/2 --lanes qa/lanes.yaml",
    });
    const { stdout: text } = await sandbox.qa("matrix", ...LANES);
    for (const { name, command } of matrix.jobs) {
      expect(text).toContain(`${name}: `);
      expect(text).toContain(`  ${command}\n`);
    }
  });

  test("a live lane is planned with the live model, and where that is not known the run decides", async () => {
    const requiring = passing(
      "requiring",
      1,
      "execution: { config: { requiredProvider: openai, requiredModel: gpt-5 } }\n",
    );
    const sandbox = await repository(
      lanesText(`
gateways: [embedded]
model: live
select: { packs: [../pack], ids: [a, requiring] }`),
      { a: passing("a"), requiring },
    );
    const unset = ["OPENAI_API_KEY", "GATEWAY_QA_LIVE_API_KEY", "GATEWAY_QA_LIVE_BASE_URL"];
    for (const name of [...unset, "GATEWAY_QA_LIVE_MODEL"]) vi.stubEnv(name, undefined);
    const bothRun = { scenarios: ["a", "requiring"], skipped: [] };
    expect((await sandbox.qa("check", ...LANES)).exitCode).toBe(0);
    expect((await matrixOf(sandbox)).jobs[0]).toMatchObject(bothRun);

    // All that the nightly workflow says of its secrets while it plans.
    vi.stubEnv("GATEWAY_QA_LIVE_MODEL", "is there");
    vi.stubEnv("OPENAI_API_KEY", "is there");
    expect((await matrixOf(sandbox)).jobs[0]).toMatchObject(bothRun);

    vi.stubEnv("GATEWAY_QA_LIVE_MODEL", "gpt-5");
    vi.stubEnv("OPENAI_API_KEY", "a-key");
    expect((await matrixOf(sandbox)).jobs[0]).toMatchObject(bothRun);

    vi.stubEnv("GATEWAY_QA_LIVE_BASE_URL", "https://models.example/v1");
    vi.stubEnv("GATEWAY_QA_LIVE_API_KEY", "another-key");
    const planned = await sandbox.qa("matrix", ...LANES);
    expect(planned).toMatchObject({
      exitCode: 3,
      stderr: expect.stringMatching(
        /`requiring` would be skipped: it needs the model provider openai[\s\S]*This run has the model provider live/,
      ),
    });
    expect(await sandbox.qa("run", "--lane", "demo", ...LANES)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/requiring cannot run here: it needs the model provider openai/),
    });
  });

  test("a scripted lane cannot name what needs another provider", async () => {
    const sandbox = await repository(
      lanesText(`
gateways: [embedded]
select: { packs: [../pack], ids: [a, requiring] }`),
      {
        a: passing("a"),
        requiring: passing(
          "requiring",
          1,
          "execution: { config: { requiredProvider: openai, requiredModel: gpt-5 } }\n",
        ),
      },
    );
    expect(await sandbox.qa("matrix", ...LANES)).toMatchObject({
      exitCode: 3,
      stderr: expect.stringMatching(
        /it needs the model provider openai[\s\S]*This run has the model provider mock/,
      ),
    });
  });

  test("guards and missing secrets become named skips", async () => {
    const sandbox = await repository(
      lanesText(`
gateways: [embedded]
select: { packs: [../pack] }`) +
        lanesText(
          `
gateways: [embedded]
select: { packs: [../pack], tags: [demo] }
secrets: [QA_TEST_KEY]`,
          "keyed",
        ).replace("lanes:\n", ""),
      { a: passing("a"), guarded: GUARDED, live: passing("live", 1, "gateways: [remote]\n") },
    );
    const { jobs } = await matrixOf(sandbox);
    expect(jobs[0]).toMatchObject({
      scenarios: ["a", "guarded"],
      skipped: [{ id: "guarded", guard: GUARD, reason: `guarded by ${GUARD}` }],
      notApplicable: [{ id: "live", reason: "it runs on remote, not on embedded" }],
    });
    expect(jobs[0]?.skip).toBeUndefined();
    expect(jobs[1]).toMatchObject({
      name: "keyed / embedded / linux",
      skip: { reason: "no secret QA_TEST_KEY" },
    });
    const { stdout } = await sandbox.qa("matrix", ...LANES);
    expect(stdout).toMatch(/skips guarded: guarded by QA_TEST_ALLOW/);
    expect(stdout).toMatch(/keyed \/ embedded \/ linux: skipped, no secret QA_TEST_KEY/);
    const github = JSON.parse((await sandbox.qa("matrix", ...LANES, "--format", "github")).stdout);
    expect(github.include.map(({ lane }: GithubJob) => lane)).toEqual(["demo"]);
    const run = await sandbox.qa("run", "--lane", "keyed", ...LANES);
    expect(run).toMatchObject({ exitCode: 4, report: undefined });
    expect(run.stderr).toMatch(/no secret QA_TEST_KEY {2}\[secret-missing\]/);

    vi.stubEnv("QA_TEST_KEY", "a key that must stay secret");
    const keyed = await sandbox.qa("matrix", "keyed", ...LANES, "--format", "json");
    expect(JSON.parse(keyed.stdout).jobs[0].skip).toBeUndefined();
    expect(keyed.stdout).not.toContain("a key that must stay secret");
  });

  test.for([
    [
      "gateways: [openclaw@2026.9.7]\nselect: { packs: [../pack] }",
      /lanes\.yaml:4:16 {2}error {2}there is no release openclaw@2026\.9\.7/,
    ],
    [
      "gateways: [{ releases: { from: 2027.1.1 } }]\nselect: { packs: [../pack] }",
      /lanes\.yaml:4:16 {2}error {2}no published release is from 2027\.1\.1/,
    ],
    [
      "gateways: [embedded]\nselect: { packs: [../pack], ids: [guarded] }",
      /lanes\.yaml:5:13 {2}error {2}every scenario that the lane chooses would be skipped/,
    ],
    [
      "gateways: [embedded]\nselect: { packs: [../pack], tags: [nothing] }",
      /lanes\.yaml:5:40 {2}error {2}no scenario of the lane's packs has the tag `nothing`/,
    ],
    [
      "gateways: [embedded]\nselect: { packs: [../pack] }\nos: [solaris]",
      /lanes\.yaml:6:10 {2}error {2}`lanes\.demo\.os\[0\]` cannot be `solaris`/,
    ],
  ] as const)("an impossible lane is an error with its line: %s", async ([body, message]) => {
    const sandbox = await repository(lanesText(body), { a: passing("a"), guarded: GUARDED });
    await withoutRegistry(sandbox);
    const { exitCode, stdout, stderr } = await sandbox.qa("matrix", ...LANES);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: "" });
  });

  test("without the registry and its list, exact versions are accepted and others are not", async () => {
    const sandbox = await repository(
      lanesText("gateways: [openclaw@2026.9.6]\nselect: { packs: [../pack] }"),
      FIVE,
    );
    await withoutRegistry(sandbox, null);
    expect((await matrixOf(sandbox)).notes).toEqual([
      "the package registry cannot be reached: it is not known whether the versions exist",
    ]);
    await sandbox.write(
      "qa/lanes.yaml",
      lanesText("gateways: [openclaw@latest]\nselect: { packs: [../pack] }"),
    );
    const { exitCode, stderr } = await sandbox.qa("matrix", ...LANES);
    expect(stderr).toMatch(/\[registry-unreachable\]/);
    expect(exitCode).toBe(4);
  });

  test("more jobs than the service takes are an error", async () => {
    const many = Array.from({ length: 90 }, (_, index) => `2026.9.${index + 10}`);
    const sandbox = await repository(
      lanesText("gateways: [{ releases: { last: 90 } }]\nselect: { packs: [../pack] }\nshards: 3"),
      FIVE,
    );
    await withoutRegistry(sandbox, { ...KNOWN_RELEASES, versions: many });
    expect((await matrixOf(sandbox)).jobs).toHaveLength(270);
    const { exitCode, stderr } = await sandbox.qa("matrix", ...LANES, "--format", "github");
    expect(stderr).toMatch(
      /lanes\.yaml:6:13 {2}error {2}the lanes make 270 jobs, and the service accepts 256 per matrix {2}\[too-many-jobs\]/,
    );
    expect(exitCode).toBe(3);
  });

  test("a scenario file with errors is not silently missing", async () => {
    const sandbox = await repository(lanesText("gateways: [embedded]\nselect: { packs: [../pack] }"), {
      a: passing("a"),
      b: passing("b").replace("title: b", "titel: b"),
    });
    const { exitCode, stderr } = await sandbox.qa("matrix", ...LANES);
    expect(stderr).toMatch(/pack\/demo\/b\.md:\d+:\d+ {2}error {2}the scenario lacks `title`/);
    expect(exitCode).toBe(3);
  });

  test("--pack runs lanes over another pack", async () => {
    const sandbox = await repository(lanesText("gateways: [embedded]\nselect: { all: true }"), {
      a: passing("a"),
    });
    const { jobs } = await matrixOf(sandbox, "--pack", "pack");
    expect(jobs[0]?.scenarios).toEqual(["a"]);
    expect(jobs[0]?.command).toBe(
      "pnpm qa run --lane demo --gateway embedded --lanes qa/lanes.yaml --pack pack",
    );
  });
});

describe("quarantine", () => {
  const LANE = lanesText("gateways: [embedded]\nselect: { packs: [../pack] }");
  const entry = (id: string, expires: string) =>
    `  - { id: ${id}, owner: "@harbor/qa", reason: It fails in winter., expires: ${expires} }\n`;

  test("a scenario in quarantine fails without failing the run, and is shown", async () => {
    const sandbox = await repository(LANE, { a: passing("a"), fails: FAILING });
    expect((await sandbox.qa("run", "--lane", "demo", ...LANES)).exitCode).toBe(1);
    await sandbox.write("qa/quarantine.yaml", `quarantine:\n${entry("fails", "2999-12-31")}`);
    const { exitCode, report } = await sandbox.qa("run", "--lane", "demo", ...LANES);
    expect(exitCode).toBe(0);
    expect(report?.counts).toMatchObject({ passed: 1, failed: 1 });
    expect(report?.quarantine).toEqual([
      { id: "fails", owner: "@harbor/qa", reason: "It fails in winter.", expires: "2999-12-31" },
    ]);
    expect((await sandbox.qa("check", ...LANES)).exitCode).toBe(0);
  });

  test("an entry that names gateways excuses nothing on others", async () => {
    const sandbox = await repository(LANE, { fails: FAILING });
    const run = async (gateways: string) => {
      const on = entry("fails", "2999-12-31").replace(" }", `, gateways: [${gateways}] }`);
      await sandbox.write("qa/quarantine.yaml", `quarantine:\n${on}`);
      return sandbox.qa("run", "--lane", "demo", ...LANES);
    };
    const elsewhere = await run('"openclaw@<2026.9"');
    expect([elsewhere.exitCode, elsewhere.report?.quarantine]).toEqual([1, undefined]);
    const here = await run("embedded, remote");
    expect([here.exitCode, here.report?.quarantine?.length]).toEqual([0, 1]);
    const unknown = await run("openclaw-2026");
    expect([unknown.exitCode, unknown.stderr]).toEqual([
      3,
      expect.stringContaining("is neither a kind of gateway"),
    ]);
  });

  test("its failure does not use up --bail", async () => {
    const sandbox = await repository(LANE, { fails: FAILING, z: passing("z") });
    await sandbox.write("qa/quarantine.yaml", `quarantine:\n${entry("fails", "2999-12-31")}`);
    const { exitCode, report } = await sandbox.qa("run", "--lane", "demo", ...LANES, "--bail", "--jobs", "1");
    expect(exitCode).toBe(0);
    expect(report?.scenarios.map(({ id, verdict }) => [id, verdict])).toEqual([
      ["fails", "failed"],
      ["z", "passed"],
    ]);
  });

  test("an entry past its date fails the check and every run of its scenario, with its line", async () => {
    const sandbox = await repository(LANE, { a: passing("a"), fails: FAILING });
    await sandbox.write("qa/quarantine.yaml", `quarantine:\n${entry("fails", "2020-02-29")}`);
    const run = await sandbox.qa("run", "--lane", "demo", ...LANES);
    expect(run).toMatchObject({ exitCode: 3, report: undefined });
    expect(run.stderr).toMatch(
      /qa\/quarantine\.yaml:2:77 {2}error {2}the quarantine of `fails` ended on 2020-02-29/,
    );
    const check = await sandbox.qa("check", ...LANES);
    expect(check).toMatchObject({ exitCode: 3, stdout: expect.stringContaining("qa/quarantine.yaml:2:77") });
    expect((await sandbox.qa("run", "a", "--lane", "demo", ...LANES)).exitCode).toBe(0);
  });
});

test("qa check --lanes checks lanes, their packs and the quarantine list in one", async () => {
  const sandbox = await repository(lanesText("gateways: [embeded]\nselect: { packs: [../pack] }"), {
    a: passing("a").replace("1 + 1", "one + 1"),
  });
  await sandbox.write("qa/quarantine.yaml", "quarantine: [{ id: a }]\n");
  const { exitCode, stdout } = await sandbox.qa("check", ...LANES, "--json");
  const { files, diagnostics } = JSON.parse(stdout);
  expect(exitCode).toBe(3);
  expect(files).toEqual(expect.arrayContaining(["qa/lanes.yaml", "qa/quarantine.yaml", "pack/demo/a.md"]));
  const places = new Set(
    diagnostics.map(({ file, code }: { file: string; code: string }) => `${file} ${code}`),
  );
  expect([...places]).toEqual([
    "pack/demo/a.md unknown-name",
    "qa/lanes.yaml unknown-gateway",
    "qa/quarantine.yaml missing-property",
  ]);
});
