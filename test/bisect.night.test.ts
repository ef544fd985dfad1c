import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { BisectReport } from "../runner/bisect/bisect-schema.ts";
import { type Behaviour, BROKEN_PATH, type FakeRelease, fakeReleases } from "./testing/fake-releases.ts";
import { expectNothingLeft } from "./testing/left.ts";
import { Sandbox } from "./testing/qa.ts";

const ID = "keeps-its-path";

/** The last step is one that no release of these passes differently. */
const SCENARIO = `---
title: The control UI stays where it is
---

# The control UI stays where it is

## The config has no path for it

\`\`\`yaml qa-step
- rpc: config.get
- expectConfig: { gateway: { controlUi: { basePath: { not: "${BROKEN_PATH}" } } } }
\`\`\`
`;

const VERSIONS = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((number) => `2026.5.${number}`);
const ENDS = ["--good", "2026.5.1", "--bad", "2026.5.9"];

/** Nine releases that work up to one. @param other those that are different */
function row(firstBad: string, other: Readonly<Record<string, Partial<FakeRelease>>> = {}): FakeRelease[] {
  return VERSIONS.map((version) => {
    const behaviour: Behaviour = [version < firstBad ? "works" : "breaks"];
    return { version, behaviour, where: "installed", ...other[version] };
  });
}

async function repository(): Promise<Sandbox> {
  const sandbox = await Sandbox.create();
  await sandbox.write(`qa/scenarios/config/${ID}.md`, SCENARIO);
  return sandbox;
}

function judgements({ judged }: BisectReport): Record<string, string> {
  return Object.fromEntries(
    judged.map(({ version, judgement, flaky, runs }) => [
      version,
      `${judgement}${flaky ? " flaky" : ""} ${runs.length}`,
    ]),
  );
}

test("with a release that cannot be installed in the way and a flaky one, the answer lies between neighbours", async () => {
  const sandbox = await repository();
  const { starts } = await fakeReleases(
    sandbox,
    row("2026.5.6", {
      "2026.5.4": { behaviour: ["breaks", "works"] },
      "2026.5.5": { where: "listed" },
      "2026.5.7": { where: "published" },
    }),
  );
  const { exitCode, stdout, stderr } = await sandbox.qa("bisect", ID, ...ENDS, "--json");
  expect(exitCode, stderr).toBe(5);
  const report = JSON.parse(stdout) as BisectReport;
  expect(judgements(report)).toEqual({
    "2026.5.1": "good 2",
    "2026.5.9": "bad 2",
    "2026.5.5": "unknown 0",
    "2026.5.4": "good flaky 4",
    "2026.5.7": "bad 2",
    "2026.5.6": "bad 2",
  });
  expect(report.result).toMatchObject({
    answer: "between",
    exitCode: 5,
    lastGood: "2026.5.4",
    firstBad: "2026.5.6",
    unknown: ["2026.5.5"],
    difference: {
      step: { index: 0, name: "The config has no path for it", statuses: ["passed", "failed"] },
      answers: [
        { method: "config.get", path: "config.gateway.controlUi.basePath", kinds: ["absent", "string"] },
      ],
    },
  });
  const unknown = report.judged.find(({ judgement }) => judgement === "unknown");
  expect(unknown?.why).toMatch(/openclaw@2026\.5\.5 could not be installed \[release-install-failed\]/);
  expect(await starts()).toHaveLength(12);

  // Said before anything is fetched, and gone after it was judged.
  expect(stderr).toMatch(
    /up to 2 releases will be fetched into .*, 0\.6 to 0\.9 GB each; [\d.]+ GB are free/,
  );
  expect(stderr.indexOf("will be fetched")).toBeLessThan(stderr.indexOf("installing openclaw"));
  expect(await readdir(join(sandbox.folder, "cache/openclaw"))).not.toContain("2026.5.7");
  expect(report.fetched).toEqual([]);
  await expectNothingLeft(sandbox);
});

test("an interrupted search goes on where it was, and finds the release", async () => {
  const sandbox = await repository();
  const { starts } = await fakeReleases(sandbox, row("2026.5.8"));
  const command = ["bisect", ID, ...ENDS, "--confirm", "1"];
  const search = sandbox.start(...command);
  const exited = once(search, "exit");
  let said = "";
  search.stderr.on("data", (data) => {
    said += data;
  });
  await expect.poll(() => said, { timeout: 150_000 }).toMatch(/2026\.5\.1: good/);
  process.kill(-(search.pid ?? 0), "SIGINT");
  expect((await exited)[0]).toBe(130);
  expect(said).toMatch(/the same command goes on from there/);

  const { exitCode, stdout, stderr } = await sandbox.qa(...command);
  expect(exitCode, stderr).toBe(0);
  expect(stderr).toMatch(/going on with reports\/bisect-\S+, where 1 release is judged/);
  expect((await starts()).filter((version) => version === "2026.5.1")).toHaveLength(1);
  expect(stdout).toMatch(/2026\.5\.7 +passes +1 of 1 run\n2026\.5\.8 +fails +1 of 1 run +\S/);
  expect(stdout).toMatch(
    /keeps-its-path began to fail in 2026\.5\.8: it passes on 2026\.5\.7, the release before\./,
  );
  expect(stdout).toMatch(/First different step: 1, The config has no path for it: passed, then failed/);
  expect(await readdir(join(sandbox.folder, "reports"))).toHaveLength(1);
  await expectNothingLeft(sandbox);
});

test("a good end that fails is said at once", async () => {
  const sandbox = await repository();
  const { starts } = await fakeReleases(sandbox, row("2026.5.1"));
  const failing = await sandbox.qa("bisect", ID, ...ENDS, "--confirm", "1");
  expect(failing.exitCode, failing.stderr).toBe(1);
  expect(failing.stdout).toMatch(/keeps-its-path fails on 2026\.5\.1, which was said to be good/);
  expect(await starts()).toEqual(["2026.5.1"]);

  const both = await sandbox.qa("bisect", ID, "--good", "2026.5.9", "--bad", "latest");
  expect(both).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(/are both 2026\.5\.9/) });
});

test("an end of which nothing can be said ends the search without an answer", async () => {
  const sandbox = await repository();
  const { starts } = await fakeReleases(sandbox, row("2026.5.5", { "2026.5.1": { where: "listed" } }));
  const { exitCode, stdout, stderr } = await sandbox.qa("bisect", ID, ...ENDS);
  expect(exitCode, stderr).toBe(4);
  expect(stdout).toMatch(/nothing can be said of 2026\.5\.1, the good end: .*release-install-failed/);
  expect(await starts()).toEqual([]);
});

test("a machine without a registry judges what is installed", async () => {
  const sandbox = await repository();
  await fakeReleases(
    sandbox,
    row("2026.5.5", { "2026.5.4": { where: "listed" }, "2026.5.5": { where: "listed" } }),
  );
  const versions = JSON.stringify({ versions: VERSIONS, "dist-tags": {} });
  await sandbox.write("cache/openclaw/releases.json", versions);
  const env = { npm_config_registry: "http://127.0.0.1:9/", npm_config_fetch_retries: "0" };
  const { exitCode, stdout, stderr } = await sandbox.qaWith(env, "bisect", ID, ...ENDS, "--confirm", "1");
  expect(stderr).toMatch(/registry cannot be reached: only installed releases can be judged/);
  expect(stdout).toMatch(/after 2026\.5\.3, and in 2026\.5\.6 at the latest: .* 2026\.5\.4, 2026\.5\.5\./);
  expect(exitCode, stderr).toBe(5);
  const [folder = ""] = await readdir(join(sandbox.folder, "reports"));
  const difference = join(sandbox.folder, "reports", folder, "difference");
  const [table, page] = await Promise.all(
    ["parity.md", "page.html"].map((name) => readFile(join(difference, name), "utf8")),
  );
  expect(table).toMatch(/config\.gateway\.controlUi\.basePath/);
  expect(page).toMatch(/<code>gateway\.controlUi\.basePath<\/code>/);
});
