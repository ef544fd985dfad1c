import { readFile } from "node:fs/promises";
import fc from "fast-check";
import { expect, it } from "vitest";
import { validateXML } from "xmllint-wasm";
import { reportOf } from "../../run-state.ts";
import type { RunReport } from "../../schema/report-schema.ts";
import { repeatedRun, sampleRun } from "../../testing/sample-run.ts";
import { renderJunit } from "./junit.ts";

const schema = await readFile(new URL("junit.xsd", import.meta.url), "utf8");

async function problems(...documents: string[]): Promise<readonly string[]> {
  const xml = documents.map((contents, index) => ({ fileName: `${index}.xml`, contents }));
  const { errors } = await validateXML({ xml, schema: { fileName: "junit.xsd", contents: schema } });
  return errors.map(({ rawMessage }) => rawMessage);
}

/** The sample run's report with a foreign text in every place that takes one. */
function withText(text: string): RunReport {
  const report = reportOf(sampleRun());
  const replaced = structuredClone(report);
  for (const scenario of replaced.scenarios) {
    scenario.title = text;
    if (scenario.reason !== undefined) scenario.reason = `x${text}`;
    for (const outcome of [scenario, ...scenario.attempts]) {
      if (!outcome.failure) continue;
      outcome.failure.message = text;
      outcome.failure.seen = text;
    }
  }
  return replaced;
}

it("fits the schema", async () => {
  const [first] = sampleRun();
  const reports = [sampleRun(), repeatedRun(), first ? [first] : []].map((events) =>
    renderJunit(reportOf(events)),
  );
  const unreliable = renderJunit({ ...reportOf(repeatedRun()), exitCode: 4 });
  expect(unreliable).toContain('name="the run itself"');
  expect(await problems(...reports, unreliable)).toEqual([]);
});

it("is checked against a schema that refuses what is wrong", async () => {
  const xml = renderJunit(reportOf(sampleRun()));
  const wrong = [
    xml.replace('time="0.412"', 'time="-0.001"'),
    xml.replace('name="dm-chat-baseline"', 'name="thread-follow-up"'),
    xml.replaceAll("stackTrace", "trace"),
    xml.replace("<system-out>", "<system-out>\u0007"),
  ];
  for (const document of wrong) {
    expect(document).not.toBe(xml);
    expect(await problems(document)).not.toEqual([]);
  }
});

it("fits the schema whatever a gateway or a model says", async () => {
  const texts = fc.sample(
    fc.oneof(
      fc.string({ unit: fc.constantFrom(..."]]>&<\"'\u0000\u0007\u001b[31m\ufffe\uffff\ud800\t\r\n%:é😀") }),
      fc.string({ unit: "binary" }),
    ),
    30,
  );
  const long = "]]>\u0001 ".repeat(20_000);
  expect(await problems(...[...texts, long].map((text) => renderJunit(withText(text))))).toEqual([]);
});

it("keeps what can be kept of a text, and attributes short", async () => {
  const said = 'a ]]> b\u0000 & <c> "d"\n\te 😀';
  const xml = renderJunit(withText(said));
  expect(xml).toContain('a ]]&gt; b &amp; &lt;c&gt; "d"\n\te 😀\n');
  expect(xml).toContain('message="a ]]&gt; b &amp; &lt;c&gt; &quot;d&quot; e 😀"');
  const long = renderJunit(withText("x".repeat(5000)));
  expect(Math.max(...[...long.matchAll(/message="([^"]*)"/g)].map(([, text = ""]) => text.length))).toBe(
    1000,
  );
});

it("counts the kinds of failure separately", () => {
  const xml = renderJunit(reportOf(sampleRun()));
  const count = (element: string) => [...xml.matchAll(new RegExp(`<${element} `, "g"))].length;
  expect(xml).toContain('tests="6" failures="1" errors="1" skipped="2"');
  expect(["testcase", "failure", "error", "rerunFailure", "flakyFailure", "skipped"].map(count)).toEqual([
    6, 1, 1, 2, 1, 2,
  ]);
  const tries = [...xml.matchAll(/^evidence {2}dm-chat-baseline\/(try-\d)/gm)].map(([, path]) => path);
  expect(tries, "each try once").toEqual(["try-3", "try-1", "try-2"]);
});
