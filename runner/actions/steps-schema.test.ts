import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { ROOT } from "../base/places.js";

const schema = readFileSync(join(ROOT, "qa/steps.schema.json"), "utf8");
const accepts = new Ajv({ strict: false }).compile(JSON.parse(schema));

/** What a schema that is too strict would refuse: all statements of a folder's files. */
function statementsIn(folder: string): string[] {
  const files = readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" });
  return files
    .filter((file) => file.endsWith(".md"))
    .flatMap((file) => [
      ...readFileSync(join(ROOT, folder, file), "utf8").matchAll(/```yaml qa-step\n(.*?)```/gs),
    ])
    .flatMap(([, block = ""]) => parse(block).map((statement: unknown) => JSON.stringify(statement)));
}

test("an editor accepts every statement that there is", () => {
  const statements = ["qa/scenarios", "test/testing/steps-pack"].flatMap(statementsIn);
  expect(statements.length).toBeGreaterThan(300);
  expect(statements.filter((statement) => !accepts([JSON.parse(statement)]))).toEqual([]);
});

test("a value is checked by its declaration, and what takes a value's place is accepted", () => {
  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: what a text of a step holds
  const right = [
    "{ addCronJob: x, inMs: 5, to: y }",
    "{ addCronJob: x, inMs: '${row.ms}', to: y }",
    "{ addCronJob: x, inMs: { expr: 2 * 3 }, to: y }",
    "{ patchConfig: { a: 1 }, wait: answer }",
    "{ expectReply: { text: { not: { startsWith: a } }, threadId: '${t}' } }",
    "{ expectReply: { contains: a } }",
    "{ expectLog: module-not-found }",
    "{ expectCronRun: { status: { anyOf: [ok, warning] } }, job: x }",
    "{ stagePlugin: null, name: x, files: { a.js: '${x}', b.json: [1], c.js: { expr: x } } }",
    "{ expectMessages: [a, { text: b }] }",
    "{ expectInOrder: [expectRestart, { expectMessage: a, times: 2 }] }",
    "{ say: hello, answer: { conversation: { id: x } }, error: { code: a } }",
    "holdModel",
  ];
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: see above
  const wrong = [
    "{ addCronJob: x, inMs: soon, to: y }",
    "{ patchConfig: { a: 1 }, wait: aplied }",
    "{ patchConfig: a }",
    "{ expectReply: { text: { startsWith: 3 } } }",
    "{ expectReply: { txt: a } }",
    "{ expectReply: { text: { starts: a } } }",
    "{ expectLog: module-notfound }",
    "{ expectCronRun: { status: well }, job: x }",
    "{ stagePlugin: null, name: x, files: [a] }",
    "{ expectMessages: a }",
    "{ expectInOrder: [say] }",
    "{ expectMessageState: x, is: { attachments: { every: { kind: 3 } } } }",
    "say",
  ];
  expect(right.filter((statement) => !accepts([parse(statement)]))).toEqual([]);
  expect(wrong.filter((statement) => accepts([parse(statement)]))).toEqual([]);
});
