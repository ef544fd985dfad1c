import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { atOffset, type Diagnostic } from "../scenario/source/diagnostic.ts";
import { FLOW_DIAGNOSTIC_CODES } from "./codes.ts";
import { type CompileOptions, compileFlow } from "./compile/compile.ts";
import { compileOrThrow, FOREIGN, flowOfActions, flowOfMarkdown, OWN } from "./testing/flows.ts";
import type { FunctionEntry } from "./vocabulary.ts";

const GOLDEN = join(import.meta.dirname, "golden");
const CONFIG_KEYS = ["skillName", "prompt", "args", "name", "list", "allowEnv", "channelId"];

const GIVEN = {
  http: { type: "object", properties: { tides: { type: "string" } } },
  row: { type: "object", properties: { prompt: { type: "string" }, size: { type: "number" } } },
};

/** Diagnostics with the marked text below its line, so that a reader sees that the place is right. */
function report(markdown: string, diagnostics: readonly Diagnostic[]): string {
  const lines = markdown.split("\n");
  return diagnostics
    .map(({ line, column, endColumn, severity, code, message, hint, fix }) => {
      const mark = " ".repeat(column - 1) + "^".repeat((endColumn ?? column + 1) - column);
      const head = `${line}:${column} ${severity} ${code}: ${message}`;
      return [
        head,
        `  | ${lines[line - 1] ?? ""}`,
        `  | ${mark}`,
        ...(hint ? [`  ${hint}`] : []),
        ...(fix ? [`  → ${fix.text}`] : []),
        "",
      ].join("\n");
    })
    .join("\n");
}

function compileMarkdown(name: string, options: CompileOptions) {
  const markdown = readFileSync(join(GOLDEN, `${name}.md`), "utf8");
  const flow = flowOfMarkdown(markdown, `${name}.md`);
  const { file } = "node" in flow ? flow.source : (flow[0]?.heading ?? { file: undefined });
  const unique = file ? [{ name: "marker", range: atOffset(file, 0) }] : [];
  return { markdown, ...compileFlow(flow, { ...options, configKeys: CONFIG_KEYS, unique, given: GIVEN }) };
}

const names = readdirSync(GOLDEN)
  .filter((file) => file.endsWith(".md"))
  .map((file) => basename(file, ".md"));

describe("diagnostics of", () => {
  it.each(names)("golden/%s.md", async (name) => {
    const { markdown, diagnostics } = compileMarkdown(name, OWN);
    await expect(report(markdown, diagnostics)).toMatchFileSnapshot(join(GOLDEN, `${name}.txt`));
  });

  it("all golden files cover every code", () => {
    const seen = new Set(
      names.flatMap((name) => compileMarkdown(name, OWN).diagnostics.map(({ code }) => code)),
    );
    const missing = Object.keys(FLOW_DIAGNOSTIC_CODES).filter((code) => !seen.has(code));
    expect(missing).toEqual(["expression-too-long"]);
  });
});

it("a statement about what the front matter does not declare is an error that says how to declare it", () => {
  const { diagnostics } = compileFlow(
    flowOfMarkdown("# T\n\n## A\n\n```yaml qa-step\n- expectRequest: { service: tides }\n```\n"),
    OWN,
  );
  expect(diagnostics).toMatchObject([
    { code: "not-declared", line: 6, column: 3, hint: expect.stringContaining("`http: {") },
  ]);
});

describe("a flow", () => {
  it("that is clean compiles, even indented in a list", () => {
    expect(compileMarkdown("clean", OWN)).toMatchObject({ diagnostics: [], flow: { steps: { length: 2 } } });
  });

  it("with an error gives no flow, with a warning it does", () => {
    expect(compileFlow(flowOfActions("- call: rest"), OWN).flow).toBeUndefined();
    const warned = compileFlow(flowOfActions('- assert: "true"'), OWN);
    expect(warned.diagnostics).toMatchObject([{ code: "assert-cannot-fail", severity: "warning" }]);
    expect(warned.flow).toBeDefined();
  });

  it("points at the right places in a file with CR LF line ends", () => {
    const markdown =
      "# T\n\n```yaml qa-flow\nsteps:\n  - name: s\n    actions:\n      - assert: |-\n          1 <\n          nope\n```\n";
    const { diagnostics } = compileFlow(flowOfMarkdown(markdown.replaceAll("\n", "\r\n")), OWN);
    expect(diagnostics).toMatchObject([{ line: 9, column: 11, endColumn: 15, code: "unknown-name" }]);
  });

  it("names a step's own timeout and details", () => {
    const flow = compileOrThrow(flowOfActions("- call: reset", "timeoutMs: 500", "detailsExpr: '1 + 1'"));
    expect(flow.steps[0]).toMatchObject({ timeoutMs: 500, details: { text: "1 + 1" } });
  });
});

describe("in a foreign pack", () => {
  it.each([
    ["shadowed-name", "- set: state\n  value: 1"],
    ["unknown-config-key", "- assert: config.absent"],
    ["unknown-member", "- assert: env.gateway.reload"],
    ["unknown-key", "- call: reset\n  note: x"],
    ["argument-count", "- call: reset\n  args: [1]"],
    ["permission-required", "- assert: process.pid"],
  ])("%s is a warning", (code, actions) => {
    const { diagnostics, flow } = compileFlow(flowOfActions(actions), { ...FOREIGN, configKeys: [] });
    expect(diagnostics).toMatchObject([{ code, severity: "warning" }]);
    expect(flow).toBeDefined();
  });

  it.each([
    ["unknown-name", "- assert: nobody"],
    ["argument-count", "- call: waitForCondition"],
    ["unknown-member", "- call: env.gateway.reload"],
    ["used-before-set", "- assert: late\n- set: late\n  value: 1"],
  ])("%s stays an error", (code, actions) => {
    expect(compileFlow(flowOfActions(actions), FOREIGN).diagnostics).toMatchObject([
      { code, severity: "error" },
    ]);
  });

  describe("what needs a permission", () => {
    const actions = "- assert: process.pid\n- assert: process.cwd()\n- assert: await import('node:os')";

    it("is reported with its place", () => {
      const { diagnostics, missingPermissions } = compileFlow(flowOfActions(actions), FOREIGN);
      expect(missingPermissions).toEqual([
        { permission: "process", what: "process", position: { line: 7, column: 17 } },
        { permission: "import", what: "import()", position: { line: 9, column: 23 } },
      ]);
      expect(diagnostics.map(({ hint }) => hint?.includes("--trust"))).toEqual([true, true, true]);
    });

    it("may depend on the first argument of a call", () => {
      const load: FunctionEntry = {
        kind: "function",
        subject: "core",
        summary: "",
        returns: {},
        params: { module: { type: "string" } },
        positional: [{ name: "module", takes: "value", optional: false }],
        permissionOf: (module) => (module === "node:path" ? undefined : "import"),
      };
      const missing = (text: string) =>
        compileFlow(flowOfActions(text), { ...FOREIGN, vocabulary: { load } }).missingPermissions;
      expect(missing("- assert: await load('node:path')\n- call: load\n  args: [node:path]")).toEqual([]);
      for (const [text, what] of [
        ["- assert: await load('node:os')", "load('node:os')"],
        ["- call: load\n  args: [node:os]", "load('node:os')"],
        ["- call: load\n  args: [{ expr: \"'node:' + 'os'\" }]", "load"],
        ["- set: alias\n  value: { ref: load }", "load"],
      ] as const) {
        expect(missing(text)).toMatchObject([{ permission: "import", what }]);
      }
    });
  });

  it("a broken message of an assert is a warning, for it is read only when the assert fails", () => {
    const assertion = (expr: string, message: string) =>
      flowOfActions(`- assert:\n    expr: "${expr}"\n    message: { expr: "${message}" }`);
    const { flow, diagnostics } = compileFlow(assertion("vars.x", "1 +"), FOREIGN);
    expect(diagnostics).toMatchObject([{ code: "expression-syntax", severity: "warning" }]);
    expect(flow?.steps[0]?.actions).toMatchObject([{ kind: "assert" }]);
    expect(compileFlow(assertion("1 +", "1"), FOREIGN).flow).toBeUndefined();
    expect(compileFlow(assertion("vars.x", "1 +"), OWN).flow).toBeUndefined();
  });

  it("a variable that hides an action may hold anything from then on", () => {
    const flow = flowOfActions(
      "- call: state.getSnapshot\n- set: state\n  value: 1\n- assert: state.whatever(1)",
    );
    expect(compileFlow(flow, FOREIGN).diagnostics).toMatchObject([{ code: "shadowed-name", line: 8 }]);
  });
});

it("declared permissions allow what they name", () => {
  const actions =
    "- assert: process.pid\n- assert: fs.x\n- assert: require('x')\n- assert: await import('x')";
  const permissions = new Set(["process", "fs", "import"] as const);
  expect(compileFlow(flowOfActions(actions), { ...OWN, permissions }).diagnostics).toEqual([]);
});
