import fc from "fast-check";
import { expect, test } from "vitest";
import { jsonIn } from "./cli-json.ts";

const record = '{"level":"warn","time":"2026-11-27","message":"slow disk"}';

test("finds the JSON between log lines, on one line or on many", () => {
  expect(jsonIn('[reload] watching\n{"ok":true}\ndone in 3 ms')).toEqual({ ok: true });
  expect(jsonIn(`${record}\n{\n  "jobs": [\n    { "id": 1 }\n  ]\n}\n${record}`)).toEqual({
    jobs: [{ id: 1 }],
  });
  expect(jsonIn('{"broken": \n{"ok":1}')).toEqual({ ok: 1 });
});

test("takes a scalar only when it is the whole output, and does not take a log record for the answer", () => {
  expect(jsonIn(" 42\n")).toBe(42);
  expect(jsonIn("port 42\n42")).toBeUndefined();
  expect(jsonIn(`${record}\nno answer`)).toBeUndefined();
  expect(jsonIn("")).toBeUndefined();
});

test("finds any object that stands on lines of its own, whatever text is around it", () => {
  const noise = fc.array(fc.string().map((line) => `# ${line.replaceAll(/[\r\n]/g, " ")}`));
  const answer = fc.dictionary(
    fc.string().filter((key) => key !== "__proto__"),
    fc.jsonValue(),
  );
  fc.assert(
    fc.property(noise, answer, noise, fc.boolean(), (before, value, after, pretty) => {
      const text = JSON.stringify({ answer: value }, undefined, pretty ? 2 : 0);
      const output = [...before, text, ...after].join("\n");
      expect(jsonIn(output)).toEqual(JSON.parse(text));
    }),
  );
});
