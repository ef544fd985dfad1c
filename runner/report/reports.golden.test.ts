import { readFile } from "node:fs/promises";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { aggregate } from "./aggregate.ts";
import { ConsoleReporter } from "./console/console.ts";
import type { RunEvent } from "./events.ts";
import { renderMarkdown } from "./markdown/render.ts";
import { reportSchema, reportSchemaText } from "./report-schema.ts";
import { repeatedRun, sampleRun, sampleRunOf } from "./testing/sample-run.ts";
import { CapturedStream } from "./testing/terminal.ts";

beforeEach(() => {
  vi.stubEnv("FORCE_COLOR", undefined);
  return () => vi.unstubAllEnvs();
});

async function consoleOutput(events: readonly RunEvent[]): Promise<string> {
  const stream = new CapturedStream();
  const reporter = new ConsoleReporter({ stream, env: {}, cwd: "/work" });
  for (const event of events) await reporter.onEvent(event);
  reporter.finish();
  return stream.text;
}

describe("what a run looks like", () => {
  it("on a console without a terminal, many scenarios", async () => {
    await expect(await consoleOutput(sampleRun())).toMatchFileSnapshot("golden/console-many.txt");
  });

  it("on a console without a terminal, one scenario that passes", async () => {
    const output = await consoleOutput(sampleRunOf("plugin-lifecycle-hot-reload"));
    await expect(output).toMatchFileSnapshot("golden/console-passed.txt");
  });

  it("on a console without a terminal, one scenario played several times", async () => {
    await expect(await consoleOutput(repeatedRun())).toMatchFileSnapshot("golden/console-repeated.txt");
  });

  it("as report.md of a scenario played several times", async () => {
    const markdown = renderMarkdown(aggregate(repeatedRun()));
    await expect(markdown).toMatchFileSnapshot("golden/report-repeated.md");
  });

  it("as report.md", async () => {
    await expect(renderMarkdown(aggregate(sampleRun()))).toMatchFileSnapshot("golden/report.md");
  });

  it("as report.json, which its schema accepts", async () => {
    const report = aggregate(sampleRun());
    const validate = addFormats.default(new Ajv({ allErrors: true, strict: true })).compile(reportSchema);
    for (const run of [report, aggregate(repeatedRun())]) {
      validate(JSON.parse(JSON.stringify(run)));
      expect(validate.errors).toBeNull();
    }
    await expect(`${JSON.stringify(report, null, 2)}\n`).toMatchFileSnapshot("golden/report.json");
  });

  it("has a published schema that is the one in the code", async () => {
    const published = await readFile(new URL("report.schema.json", import.meta.url), "utf8");
    expect(JSON.parse(published), "run `pnpm generate`").toEqual(JSON.parse(reportSchemaText()));
  });
});
