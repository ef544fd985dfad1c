import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { describe, expect, onTestFinished, test } from "vitest";
import { ROOT } from "../base/places.js";
import { formatTarget } from "../base/target.ts";
import { readInspected } from "./brings.ts";
import { answerCommands, judgeResult } from "./calls.ts";
import { compare, exitCodeOf } from "./compare.ts";
import { type CompatReport, compatSchema, type JudgedRelease, type Row } from "./compat-schema.ts";
import { KeptJudgements } from "./kept.ts";
import type { ProbeSetup } from "./probe.ts";
import { isKnownReadOnly } from "./read-only.ts";
import { lastWords, missingApi, missingCredential, tellingLine } from "./reasons.ts";
import { releasesThatMatter, wantedReleases } from "./release-list.ts";
import { renderMarkdown, renderTable } from "./render.ts";
import { diagnosedRow } from "./rows.ts";
import type { Turns } from "./turns.ts";
import { verdictOf } from "./verdict.ts";

const PUBLISHED = {
  versions: ["2026.4.26", "2026.4.27", "2026.9.5", "2026.9.6", "2026.9.7-beta.1"],
  tags: { latest: "2026.9.6" },
  kept: false,
};

function wanted(text: string) {
  const found = wantedReleases(text, PUBLISHED, []);
  if (found.kind === "range") return found.releases.join(" ");
  return found.targets.map((target) => (target.kind === "openclaw" ? target.spec : target.kind));
}

test("releases are named one by one, as the last ones, or as a range between two", () => {
  expect(wanted("embedded, 2026.4.26,latest")).toEqual(["embedded", "2026.4.26", "2026.9.6"]);
  expect(wanted("last:2")).toEqual(["2026.9.5", "2026.9.6"]);
  expect(wanted("2026.4.26..latest")).toBe("2026.4.26 2026.4.27 2026.9.5 2026.9.6");
  expect(wanted(">=2026.4.27 <2026.9.6")).toBe("2026.4.27 2026.9.5");
  expect(() => wanted("2026.9.6..2026.4.26")).toThrow("2026.9.6 is not older than 2026.4.26");
  expect(() => wanted("2026.4.28")).toThrow("there is no such release");
  expect(() => wanted("latest,")).toThrow("a part of it is empty");
});

test("of a plugin of which nothing else is said, its oldest release and the newest matter", () => {
  const of = (oldest: string | undefined, published = PUBLISHED, installed: string[] = []) => {
    const found = releasesThatMatter(oldest, published, installed);
    return found.kind === "each" && found.targets.map(formatTarget);
  };
  expect(of(undefined)).toEqual(["openclaw@2026.4.26", "openclaw@2026.9.6"]);
  expect(of("2026.3.1")).toEqual(["openclaw@2026.4.26", "openclaw@2026.9.6"]);
  expect(of("2026.5.1")).toEqual(["openclaw@2026.9.5", "openclaw@2026.9.6"]);
  expect(of("2026.9.6")).toEqual(["openclaw@2026.9.6"]);
  const kept = { ...PUBLISHED, kept: true };
  expect(of(undefined, kept, ["2026.4.27"])).toEqual(["openclaw@2026.4.27"]);
  expect(() => of(undefined, kept)).toThrow("no release is installed that the plugin is for");
  expect(() => of("2026.10.1")).toThrow(
    "no release is as new as the 2026.10.1 that the plugin says it is for",
  );
});

test.for([
  [
    "The requested module 'openclaw/plugin-sdk/core' does not provide an export named 'emptySchema'",
    "emptySchema",
  ],
  [
    `Package subpath './plugin-sdk/compat' is not defined by "exports" in /x/openclaw/package.json`,
    "plugin-sdk/compat",
  ],
  ["TypeError: api.registerHttpHandler is not a function", "api.registerHttpHandler"],
  ["Cannot find module 'openclaw/plugin-sdk/zod'\nRequire stack:", "openclaw/plugin-sdk/zod"],
  ['unknown typed hook "before_agent_start" ignored', "before_agent_start"],
] as const)("what a release does not have any more is named: %s", ([text, api]) => {
  expect(missingApi(text)).toBe(api);
  expect(missingCredential(text)).toBeUndefined();
});

test("a credential that is missing is named, and what only sounds like one is none", () => {
  expect(missingCredential("mem0: no API key configured, set MEM0_API_KEY")).toContain("MEM0_API_KEY");
  expect(missingCredential("apiKey is required")).toBe("apiKey is required");
  expect(missingCredential("OpenClaw Linear: not configured")).toBeDefined();
  expect(missingCredential("The parcel 4711 waits in depot Emden")).toBeUndefined();
});

test("a result that is an error of the plugin's own is no failure with made-up arguments, and never a pass", () => {
  const state = (result: string, given = false) => judgeResult(result, given).state;
  expect(state("Parcel example waits in depot Emden")).toBe("yes");
  expect(state('{"status":"error","tool":"x","error":"no parcel example"}')).toBe("blocked");
  expect(state('{"status":"error","tool":"x","error":"no parcel example"}', true)).toBe("no");
  expect(state('{"status":"error","error":"api.runtime.foo is not a function"}')).toBe("no");
  expect(state('{"status":"error","error":"connect ECONNREFUSED example.com:443"}')).toBe("blocked");
  expect(state("Error: LINEAR_API_KEY is not set")).toBe("blocked");
});

test("only what its manifest declares to read is called unasked", () => {
  const manifest = {
    toolMetadata: {
      a: { replaySafe: true },
      b: { replaySafe: true, sideEffecting: true },
      c: { optional: true },
    },
  };
  expect(["a", "b", "c", "get_status"].filter((tool) => isKnownReadOnly(manifest, tool))).toEqual(["a"]);
  expect(isKnownReadOnly({}, "a")).toBe(false);
});

test("a command may do anything: unasked, none is sent", async () => {
  const turns = {} as Turns;
  expect(await answerCommands(["restock"], { turns, callAll: false })).toEqual({
    ...{ row: "commands", state: "untried" },
    seen: "0 of 1 answered; restock: not called without --call",
    items: [{ name: "restock", state: "untried", seen: "not called without --call" }],
  });
});

test("what the embedded gateway leaves out of a plugin is no pass, and a warning is shown", async () => {
  const diagnosed = (code: string) => {
    const report = { diagnostics: [{ level: "warn", code, message: "api.registerDesk() is left out" }] };
    return diagnosedRow(readInspected(report), "desk");
  };
  const leftOut = diagnosed("registration-unsupported");
  expect(leftOut).toMatchObject({
    state: "blocked",
    seen: expect.stringMatching(/--releases.*registerDesk/),
  });
  expect(verdictOf([LOADED, CALLED, leftOut])).toBe("blocked");
  const warned = diagnosed("hook-unknown");
  expect(warned.state).toBe("yes");
  const releases = [release("works", { gateway: "embedded", rows: [LOADED, CALLED, warned] })];
  const table = renderTable({ ...REPORT, releases, firstBroken: undefined });
  expect(table).toContain("embedded, diagnostics: warn: api.registerDesk() is left out");
  expect(table).toContain("Yes: it works on the embedded gateway; --releases judges it on published ones.");
});

test("of an output the line is shown that names the plugin and what is not there", () => {
  const output = [
    "Error: something else failed",
    "[plugins] desk failed to load: Cannot find module 'openclaw/plugin-sdk/zod'",
    "    at file:///desk/index.ts:1:1",
    "desk failed",
  ].join("\n");
  expect(tellingLine(output, ["desk"])).toMatch(/^\[plugins\] desk failed to load/);
});

test("a command that has failed gives its reason last, after what it warns of", () => {
  const output = `WARNING - Installing plugin from local path: /x/desk
Plugin manifest id "desk" differs from npm package name "openclaw-desk"; using manifest id as the config key.
package install requires compiled runtime output for TypeScript entry ./index.ts: it must be compiled.
`;
  expect(lastWords(output, ["desk"])).toMatch(/^package install requires compiled runtime output/);
  expect(lastWords("")).toBe("it says nothing");
});

const row = (name: Row["row"], state: Row["state"], more: Partial<Row> = {}): Row => ({
  row: name,
  state,
  seen: `${name} seen`,
  ...more,
});
const CALLED = row("tools", "yes", { items: [{ name: "a", state: "yes", seen: "" }] });
const NOT_CALLED = row("tools", "untried", { items: [{ name: "a", state: "untried", seen: "" }] });
const NOT_SENT = row("commands", "untried", { items: [{ name: "a", state: "untried", seen: "" }] });
const LOADED = row("load", "yes");

describe("what the rows say together", () => {
  test.for<[JudgedRelease["verdict"], number, Row[]]>([
    ["works", 0, [row("install", "yes"), LOADED, CALLED, row("commands", "untried")]],
    ["works with steps", 5, [row("install", "steps"), LOADED, CALLED]],
    ["broken", 1, [row("install", "no"), LOADED, CALLED]],
    ["loads", 4, [row("install", "yes"), LOADED, NOT_CALLED]],
    ["loads", 4, [row("install", "yes"), LOADED, CALLED, NOT_SENT]],
    ["blocked", 4, [row("install", "yes"), row("load", "blocked")]],
    ["broken", 1, [row("install", "yes"), row("load", "no"), row("tools", "blocked")]],
    ["broken", 1, [row("install", "no"), row("load", "untried")]],
    ["broken", 1, [row("install", "no"), LOADED, row("uninstall", "no")]],
  ])("%s, exit code %i", ([verdict, exitCode, rows]) => {
    expect(verdictOf(rows)).toBe(verdict);
    expect(exitCodeOf([release(verdict)])).toBe(exitCode);
  });

  test("of several releases the worst counts, and of none there is no answer", () => {
    const of = (...verdicts: JudgedRelease["verdict"][]) => exitCodeOf(verdicts.map((each) => release(each)));
    expect([
      of("works", "works with steps"),
      of("works with steps", "blocked"),
      of("blocked", "broken"),
    ]).toEqual([5, 4, 1]);
    expect(of()).toBe(4);
  });

  test("the page's table of exit codes has each of them", () => {
    const page = readFileSync(join(ROOT, "docs/compat.md"), "utf8");
    const table = Object.fromEntries(
      [...page.matchAll(/^\| (\d+) \| [^|]+ \| ([^|]+) \|$/gm)].map(([, code, when = ""]) => [code, when]),
    );
    const codes = (["works", "works with steps", "broken", "blocked", "loads"] as const).map((verdict) => [
      String(exitCodeOf([release(verdict)])),
      verdict.split(" ")[0]?.replace("loads", "only loads"),
    ]);
    for (const [code = "", word = ""] of codes) expect(table[code]).toContain(word);
    expect(Object.keys(table)).toEqual(["0", "1", "2", "4", "5", "130"]);
  });
});

function release(verdict: JudgedRelease["verdict"], more: Partial<JudgedRelease> = {}): JudgedRelease {
  return {
    ...{ gateway: "openclaw@2026.4.26", version: "2026.4.26", verdict, rows: [], refused: [] },
    judgedAt: "2026-11-30T18:00:00.000Z",
    ...more,
  };
}

const REPORT: CompatReport = {
  version: 1,
  command: "npx gateway-qa compat desk@1.0.0 --releases 2026.4.26..2026.9.6 --call",
  createdAt: "2026-11-30T18:00:00.000Z",
  exitCode: 1,
  plugin: { id: "desk", name: "@scope/desk", version: "1.0.0", from: "@scope/desk@1.0.0" },
  allowed: "Nothing was allowed.",
  releases: [
    release("works with steps", {
      rows: [
        row("install", "steps", { steps: ["plugins install … --accept-capabilities"] }),
        LOADED,
        row("register", "yes", { seen: "tools: a, b" }),
        CALLED,
      ],
      cost: { bootMs: { without: 900, with: 1000 }, turnMs: { without: 20, with: 25 } },
      refused: ["api.example.com:443"],
    }),
    release("broken", {
      ...{ gateway: "openclaw@2026.9.6", version: "2026.9.6" },
      rows: [
        row("install", "yes"),
        row("load", "no", { seen: "error: a | b", api: "emptySchema", log: "no export emptySchema" }),
      ],
    }),
    release("blocked", { gateway: "openclaw@2026.9.5", version: "", problem: "it is not installed" }),
  ],
  firstBroken: {
    ...{ gateway: "openclaw@2026.9.6", lastGood: "openclaw@2026.4.26", between: ["openclaw@2026.9.5"] },
    ...{ row: "load", seen: "error: a | b", api: "emptySchema", log: "no export emptySchema" },
  },
};

describe("what was judged before an interrupt", () => {
  const VERSIONS = ["2026.5.1", "2026.5.2", "2026.5.3", "2026.5.4", "2026.5.5", "2026.5.6", "2026.5.7"];
  /** Nothing of it is needed where everything is known. */
  const setup = {} as ProbeSetup;

  async function keptIn(folder: string) {
    return KeptJudgements.open({ GATEWAY_QA_CACHE: folder }, ["desk"]);
  }

  test("is not judged again, and the first broken release of a range is found by halves", async () => {
    const folder = mkdtempSync(join(tmpdir(), "compat-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const first = await keptIn(folder);
    for (const version of VERSIONS) {
      const gateway = `openclaw@${version}`;
      const rows = [row("load", version < "2026.5.5" ? "yes" : "no", { api: "emptySchema" })];
      await first.add(release(verdictOf(rows), { gateway, version, rows }));
    }
    const asked: string[] = [];
    const found = await compare({
      ...{ wanted: { kind: "range", releases: VERSIONS }, setup, kept: await keptIn(folder) },
      onBegin: (gateway) => expect.fail(`${gateway} is judged again`),
      onJudged: ({ gateway }, again) => asked.push(`${gateway} ${again}`),
    });
    expect(found.firstBroken).toEqual({
      ...{ gateway: "openclaw@2026.5.5", lastGood: "openclaw@2026.5.4", between: [] },
      ...{ row: "load", seen: "load seen", api: "emptySchema" },
    });
    // Both ends, and of five between them at most three.
    expect(asked.length).toBeLessThanOrEqual(5);
    expect(asked.every((each) => each.endsWith("true"))).toBe(true);
    expect(found.releases.map(({ version }) => version)).toEqual(
      found.releases.map(({ version }) => version).toSorted(),
    );
  });

  test("is forgotten when a comparison came to its end, and is none of another's", async () => {
    const folder = mkdtempSync(join(tmpdir(), "compat-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    await (await keptIn(folder)).add(release("works"));
    const other = await KeptJudgements.open({ GATEWAY_QA_CACHE: folder }, ["another"]);
    expect(other.of("openclaw@2026.4.26")).toBeUndefined();
    const again = await keptIn(folder);
    expect(again.of("openclaw@2026.4.26")?.verdict).toBe("works");
    await again.done();
    expect((await keptIn(folder)).of("openclaw@2026.4.26")).toBeUndefined();
  });
});

test("the report as a table and for a pull request", async () => {
  const ajv = addFormats.default(new Ajv({ strict: true }));
  expect(ajv.validate(compatSchema, REPORT), ajv.errorsText()).toBe(true);
  await expect(renderTable(REPORT)).toMatchFileSnapshot("golden/compat.txt");
  await expect(renderMarkdown(REPORT)).toMatchFileSnapshot("golden/compat.md");
});
