import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { breadth } from "../../test/testing/breadth.ts";
import { FLOW, METADATA, markdownScenario, parseText } from "./testing/parse.ts";
import type { Scenario } from "./types.ts";
import { plainValue } from "./yaml/yaml.ts";

const EXTENDED = `${METADATA}coverage:
  primary: [config.write]
  secondary: [config.read]
tags: [smoke, config]
surfaces: [skills]
permissions: [fs]
execution:
  config: { marker: "  kept as it is " }
`;
const MODEL = "rules:\n  - reply: hello\n";

const indent = (text: string): string => text.replace(/^(?=.)/gm, "  ");

const FORMS = {
  "front-matter": {
    name: "demo/demo.md",
    text: `${markdownScenario(EXTENDED)}\nProse.\n\n\`\`\`yaml qa-model\n${MODEL}\`\`\`\n`,
  },
  fences: {
    name: "demo/demo.md",
    text: `# Demo\n\n\`\`\`yml QA-Scenario\n${EXTENDED}\`\`\`\n\n~~~yaml qa-flow\n${FLOW}~~~\n\n\`\`\`yaml qa-model\n${MODEL}\`\`\`\n`,
  },
  yaml: {
    name: "demo/demo.yaml",
    text: `title: Demo\nscenario:\n${indent(EXTENDED.replace("title: Demo\n", ""))}flow:\n${indent(FLOW)}model:\n${indent(MODEL)}`,
  },
};

function scenarioOf(text: string, name?: string, foreign?: boolean): Scenario {
  const parsed = parseText(text, name, foreign);
  if (parsed.kind !== "scenario" || !parsed.scenario) throw new Error(JSON.stringify(parsed));
  return parsed.scenario;
}

function essence({ id, title, theme, meta, tags, flow, modelScript, permissions }: Scenario): unknown {
  return {
    id,
    title,
    theme,
    meta,
    tags,
    permissions,
    flow: flow && "node" in flow && plainValue(flow),
    model: modelScript,
  };
}

describe("forms", () => {
  it("all give the same scenario", () => {
    const [first, ...others] = Object.values(FORMS).map(({ name, text }) => essence(scenarioOf(text, name)));
    for (const other of others) expect(other).toEqual(first);
    expect(first).toMatchObject({
      id: "demo",
      theme: "demo",
      tags: ["config", "config.read", "config.write", "demo", "skills", "smoke"],
      meta: { execution: { config: { marker: "  kept as it is " } } },
      model: { rules: [{ reply: "hello" }] },
    });
  });

  it.for(Object.entries(FORMS))("%s is read, and every part keeps its place", ([form, { name, text }]) => {
    const scenario = scenarioOf(text, name);
    expect(scenario.form).toBe(form);
    const at = ({ line, column }: { line: number; column: number }): string =>
      (text.split("\n")[line - 1] ?? "").slice(column - 1);
    expect(at(scenario.at(["title"]).start)).toBe("Demo");
    expect(at(scenario.at(["coverage", "secondary", 0]).start)).toMatch(/^config\.read/);
    expect(at(scenario.at(["execution", "config", "marker"]).start)).toMatch(/^" {2}kept/);
    expect(at(scenario.at(["successCriteria", 0, "nothing", "here"]).start)).toBe("Something is seen.");
    const { flow } = scenario;
    expect(flow && "node" in flow && at(flow.source.locate(flow.node.range?.[0] ?? 0))).toBe("steps:");
  });

  it("keeps the prose", () => {
    expect(scenarioOf(FORMS["front-matter"].text).prose).toBe("# Demo\n\nProse.");
  });
});

describe("parseScenarioFile", () => {
  it("points into files with CRLF and into indented fences", () => {
    const text = `1. Steps:\n\n   \`\`\`yaml qa-scenario\n${indent(indent(METADATA)).replace(/^ /gm, "")}   risk: none\n   \`\`\`\n`;
    const place = { code: "invalid-value", line: 10, column: 10 };
    for (const variant of [text, text.replaceAll("\n", "\r\n")]) {
      const parsed = parseText(variant);
      expect(parsed.kind === "scenario" && parsed.diagnostics).toContainEqual(expect.objectContaining(place));
    }
  });

  it("loads programs of other runners without a flow", () => {
    const metadata = `${METADATA}execution:\n  kind: vitest\n  path: test/demo.test.ts\n`;
    const scenario = scenarioOf(markdownScenario(metadata));
    expect(scenario.flow).toBeUndefined();
    expect(scenario.meta.execution?.kind).toBe("vitest");
  });

  it("is lenient in a foreign pack about what its own runner decides", () => {
    const parsed = parseText(
      markdownScenario(`${METADATA.replace("demo", "Demo_1")}extra: 1\n`),
      "demo.md",
      true,
    );
    expect(parsed.kind === "scenario" && parsed.scenario?.theme).toBeUndefined();
    expect(
      parsed.kind === "scenario" && parsed.diagnostics.map(({ code, severity }) => [code, severity]),
    ).toEqual([
      ["unknown-key", "warning"],
      ["invalid-id", "warning"],
    ]);
  });

  it.for([
    ["yaml qa-steps", "error"],
    ["qa-step", "error"],
    ["yaml qa-notes-of-ours", "warning"],
  ])("finds a block `%s` of a foreign pack to be an %s", ([info, severity]) => {
    const steps = "## One\n\n```yaml qa-step\n- holdModel\n```\n";
    const parsed = parseText(
      `# Demo\n\n${steps}\n## Two\n\n\`\`\`${info}\n- releaseModel\n\`\`\`\n`,
      "demo.md",
      true,
    );
    expect(parsed.kind === "scenario" && parsed.diagnostics).toMatchObject([
      { code: "unknown-fence", severity, line: 11 },
    ]);
    expect(parsed.kind === "scenario" && parsed.scenario === undefined).toBe(severity === "error");
  });

  it("merges mappings, and resolves aliases to the values they name", () => {
    const patch =
      "gatewayConfigPatch:\n  one: &one { a: 1, b: 2 }\n  two: { <<: *one, b: 3 }\n  three: [*one]\n";
    expect(scenarioOf(markdownScenario(METADATA + patch)).meta.gatewayConfigPatch).toEqual({
      one: { a: 1, b: 2 },
      two: { a: 1, b: 3 },
      three: [{ a: 1, b: 2 }],
    });
  });

  it("trims texts", () => {
    expect(scenarioOf(markdownScenario(METADATA.replace("id: demo", "id: ' demo '"))).id).toBe("demo");
  });

  it("never throws", () => {
    const part = fc.oneof(
      fc.constantFrom(
        "---\n",
        "```yaml qa-flow\n",
        "```yaml qa-scenario\n",
        "```yaml qa-model\n",
        "```\n",
        "\n",
        "  ",
      ),
      fc.constantFrom(
        "id: demo\n",
        "scenario:\n",
        "flow:\n",
        "title: x\n",
        "- ",
        "a: ",
        "&a ",
        "*a",
        "<<: ",
        "? ",
        ": ",
      ),
      fc.constantFrom(
        "{",
        "}",
        "[",
        "]",
        '"',
        "'",
        "|",
        ">",
        "!t ",
        "# ",
        "%",
        "@",
        "\t",
        "\r\n",
        "\u0000",
        "__proto__: ",
      ),
      fc.string({ unit: "binary" }),
    );
    const text = fc.array(part, { maxLength: 30 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(text, fc.constantFrom("a.md", "a.yaml"), fc.boolean(), (content, name, foreign) => {
        const parsed = parseText(content, name, foreign);
        if (parsed.kind === "other") return;
        const lines = content.split("\n");
        for (const { line, column } of parsed.diagnostics) {
          expect(line).toBeLessThanOrEqual(lines.length);
          expect(column).toBeLessThanOrEqual((lines[line - 1] ?? "").length + 1);
        }
      }),
      { numRuns: breadth(500, 10_000) },
    );
  });

  it("survives nesting without end", () => {
    expect(parseText(`title: x\nflow: ${"[".repeat(50_000)}`, "a.yaml").kind).toBe("scenario");
  });
});
