import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import type { RunEvent } from "./events.ts";
import { AgentReporter } from "./reporters/agent/agent.ts";
import { ConsoleReporter } from "./reporters/console/console.ts";
import { type Fold, foldFor } from "./reporters/console/fold.ts";
import { renderCtrf } from "./reporters/ctrf.ts";
import { GithubReporter } from "./reporters/github/github.ts";
import { renderJunit } from "./reporters/junit/junit.ts";
import { renderMarkdown } from "./reporters/markdown/render.ts";
import { PlainReporter } from "./reporters/plain.ts";
import { reportOf } from "./run-state.ts";
import { reportSchema, reportSchemaText } from "./schema/report-schema.ts";
import { replay } from "./testing/replay.ts";
import { repeatedRun, sampleRun, sampleRunOf } from "./testing/sample-run.ts";
import { CapturedStream } from "./testing/terminal.ts";

beforeEach(() => {
  vi.stubEnv("FORCE_COLOR", undefined);
  return () => vi.unstubAllEnvs();
});

async function consoleOutput(events: readonly RunEvent[], fold?: Fold): Promise<string> {
  const stream = new CapturedStream();
  const reporter = new ConsoleReporter({ stream, env: {}, cwd: "/checkout", fold });
  await replay(reporter, events);
  reporter.finish();
  return stream.text;
}

/** What the service would get: the lines on stdout and the summary below what was there before. */
async function githubOutput(events: readonly RunEvent[]): Promise<{ stdout: string; summary: string }> {
  const folder = await mkdtemp(join(tmpdir(), "qa-summary-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const stream = new CapturedStream();
  const summaryFile = join(folder, "summary.md");
  await writeFile(summaryFile, "Earlier in this step.\n");
  const places = { cwd: "/checkout/pack", workspace: "/checkout" };
  const reporter = new GithubReporter({ stream, summaryFile, token: "resume-token", ...places });
  await reporter.finish(await replay(reporter, events));
  return { stdout: stream.text, summary: await readFile(summaryFile, "utf8") };
}

async function agentOutput(events: readonly RunEvent[]): Promise<string> {
  const stream = new CapturedStream();
  await replay(new AgentReporter({ stream, cwd: "/checkout" }), events);
  return stream.text;
}

async function plainOutput(events: readonly RunEvent[]): Promise<string> {
  const stream = new CapturedStream();
  const reporter = new PlainReporter({ stream, cwd: "/checkout" });
  await replay(reporter, events);
  return stream.text;
}

describe.each([
  ["sample", sampleRun],
  ["repeated", repeatedRun],
])("the %s run", (name, events) => {
  it("for JUnit's readers", async () => {
    await expect(renderJunit(reportOf(events()))).toMatchFileSnapshot(`golden/junit-${name}.xml`);
  });

  it("for CTRF's readers", async () => {
    await expect(renderCtrf(reportOf(events()))).toMatchFileSnapshot(`golden/ctrf-${name}.json`);
  });

  it("for GitHub", async () => {
    const { stdout, summary } = await githubOutput(events());
    await expect(stdout).toMatchFileSnapshot(`golden/github-${name}.txt`);
    await expect(summary).toMatchFileSnapshot(`golden/github-summary-${name}.md`);
  });

  it("for coding agents", async () => {
    await expect(await agentOutput(events())).toMatchFileSnapshot(`golden/agent-${name}.txt`);
  });

  it("for logs, a line for each event", async () => {
    const text = await plainOutput(events());
    expect(text.trimEnd().split("\n")).toHaveLength(events().length);
    await expect(text).toMatchFileSnapshot(`golden/plain-${name}.txt`);
  });
});

describe("what a run looks like", () => {
  it("on a console without a terminal, many scenarios", async () => {
    await expect(await consoleOutput(sampleRun())).toMatchFileSnapshot("golden/console-many.txt");
  });

  it("in the log of GitHub, where what is known of a failure is folded away and commands nothing", async () => {
    const token = "resume-token";
    const env = { GITHUB_ACTIONS: "true" };
    const output = await consoleOutput(sampleRun(), foldFor({ env, token, switchedOff: false }));
    await expect(output).toMatchFileSnapshot("golden/console-github.txt");
    // With the reporter of that name, commands are off all the time: they are on for no line but the command's own.
    const lines = (await consoleOutput(sampleRun(), foldFor({ env, token, switchedOff: true }))).split("\n");
    const commands = lines.filter((line) => line.startsWith("::"));
    expect(commands.slice(0, 6)).toEqual([
      "::resume-token::",
      expect.stringMatching(/^::group::dm-chat-baseline: the gateway sent the reply/),
      "::stop-commands::resume-token",
      "::resume-token::",
      "::endgroup::",
      "::stop-commands::resume-token",
    ]);
  });

  it("in the log of GitLab, in sections", async () => {
    vi.useFakeTimers({ now: Date.UTC(2026, 0, 2) });
    const output = await consoleOutput(
      sampleRun(),
      foldFor({ env: { GITLAB_CI: "true" }, token: "", switchedOff: false }),
    );
    vi.useRealTimers();
    await expect(output.replaceAll("\u001b", "ESC").replaceAll("\r", "CR")).toMatchFileSnapshot(
      "golden/console-gitlab.txt",
    );
  });

  it("on a console without a terminal, one scenario that passes", async () => {
    const output = await consoleOutput(sampleRunOf("plugin-lifecycle-hot-reload"));
    await expect(output).toMatchFileSnapshot("golden/console-passed.txt");
  });

  it("on a console without a terminal, one scenario run several times", async () => {
    await expect(await consoleOutput(repeatedRun())).toMatchFileSnapshot("golden/console-repeated.txt");
  });

  it("as report.md of a scenario run several times", async () => {
    const markdown = renderMarkdown(reportOf(repeatedRun()));
    await expect(markdown).toMatchFileSnapshot("golden/report-repeated.md");
  });

  it("as report.md", async () => {
    await expect(renderMarkdown(reportOf(sampleRun()))).toMatchFileSnapshot("golden/report.md");
  });

  it("as report.json, which its schema accepts", async () => {
    const report = reportOf(sampleRun());
    const validate = addFormats.default(new Ajv({ allErrors: true, strict: true })).compile(reportSchema);
    for (const run of [report, reportOf(repeatedRun())]) {
      validate(JSON.parse(JSON.stringify(run)));
      expect(validate.errors).toBeNull();
    }
    await expect(`${JSON.stringify(report, null, 2)}\n`).toMatchFileSnapshot("golden/report.json");
  });

  it("has a published schema that is the one in the code", async () => {
    const published = await readFile(new URL("schema/report.schema.json", import.meta.url), "utf8");
    expect(JSON.parse(published), "run `pnpm generate`").toEqual(JSON.parse(reportSchemaText()));
  });
});
