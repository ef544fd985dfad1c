import schema from "@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json" with { type: "json" };
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { expect, it } from "vitest";
import type { Diagnostic } from "./diagnostic.ts";
import { toSarif } from "./sarif.ts";

const FOUND: readonly Diagnostic[] = [
  {
    file: "qa/scenarios/my plugin/größe.md",
    line: 12,
    column: 3,
    endLine: 12,
    endColumn: 14,
    code: "unknown-statement",
    severity: "error",
    message: "there is no statement `expectReplie` here",
    hint: "Did you mean `expectReply`?",
    fix: { line: 12, column: 3, endColumn: 15, text: "expectReply" },
  },
  {
    file: "../elsewhere/x.md",
    line: 1,
    column: 1,
    code: "title-case",
    severity: "warning",
    message: "a title",
  },
  { file: "qa/lanes.yaml", line: 4, column: 1, code: "title-case", severity: "warning", message: "another" },
];

/** The published schema is of a draft that the library knows no more; it uses nothing that has changed since. */
function validator() {
  const { $schema: _draft, id: _id, ...rules } = schema;
  return addFormats.default(new Ajv({ allErrors: true, strict: false, unicodeRegExp: false })).compile(rules);
}

function sarif(diagnostics: readonly Diagnostic[]) {
  const tool = { name: "gateway-qa", version: "0.1.0" };
  const meanings = { "unknown-statement": "There is no such statement." };
  return JSON.parse(JSON.stringify(toSarif(diagnostics, { tool, cwd: "/repo", root: "/repo", meanings })));
}

it.each([
  ["findings", FOUND],
  ["no finding", []],
])("fits the published schema: %s", (_what, diagnostics) => {
  const validate = validator();
  validate(sarif(diagnostics));
  expect(validate.errors).toBeNull();
  expect(validate({ ...sarif(diagnostics), version: "2" }), "it can refuse").toBe(false);
});

it("names the rule, the place from the root of the repository, and the repair", async () => {
  await expect(`${JSON.stringify(sarif(FOUND), undefined, 2)}\n`).toMatchFileSnapshot(
    "golden/findings.sarif.json",
  );
});
