import fc from "fast-check";
import { expect, test } from "vitest";
import { LogCapture } from "../gateway/process/log.ts";
import { createRedactor, isSecretName, redactValue, secretValues } from "./redact.ts";

const secret = fc.stringMatching(/^[A-Za-z0-9_/+=-]{8,40}$/);

test("a secret never appears, however the output is split into chunks and whenever it is read", () => {
  fc.assert(
    fc.property(
      secret,
      fc.string({ unit: "grapheme" }),
      fc.string(),
      fc.array(fc.nat(60), { minLength: 1 }),
      (value, before, after, sizes) => {
        const log = new LogCapture(createRedactor([value]), () => {});
        const sink = log.sink();
        const bytes = Buffer.from(`${before}${value}${after}\n${value}`);
        let read = "";
        let mark = log.mark();
        for (let at = 0, turn = 0; at < bytes.length; turn++) {
          const size = 1 + (sizes[turn % sizes.length] ?? 0);
          sink.write(bytes.subarray(at, at + size));
          at += size;
          read += log.since(mark);
          mark = log.mark();
        }
        sink.end();
        read += log.since(mark);
        expect(read).toBe(log.text());
        expect(read).not.toContain(value);
      },
    ),
  );
});

test("a secret goes in every form it takes on its way", () => {
  const redact = createRedactor(['pa"ss/word 1']);
  expect(redact('?t=pa%22ss%2Fword%201 {"k":"pa\\"ss/word 1"} pa"ss/word 1!')).toBe(
    '?t=[redacted] {"k":"[redacted]"} [redacted]!',
  );
});

test.each([
  ["Authorization: Bearer abc.def-123456", "Authorization: Bearer [redacted]"],
  ["using sk-ant-REDACTED", "using [redacted]"],
  ["ghp_0123456789abcdefXYZ pushed", "[redacted] pushed"],
  ['{"apiKey":"0123456789abcdef"}', '{"apiKey":"[redacted]"}'],
  ["OPENAI_API_KEY=0123456789abcdef", "OPENAI_API_KEY=[redacted]"],
  ["proxy http://alice:pa55@proxy:3128/ fails", "proxy http://[redacted]@proxy:3128/ fails"],
  ["//:pa55@registry/", "//[redacted]@registry/"],
  ["http://127.0.0.1:80/@scope/name", "http://127.0.0.1:80/@scope/name"],
  ["ssh://git@host/a:b@c", "ssh://git@host/a:b@c"],
  ["token: unknown", "token: unknown"],
  ["12 tokens: input 3000, output 40", "12 tokens: input 3000, output 40"],
])("%s", (text, redacted) => {
  expect(createRedactor([])(text)).toBe(redacted);
});

test("in JSON whole members go by their name, and no prototype is touched", () => {
  const value = JSON.parse(
    '{"auth":{"token":"abc"},"apiKey":"x","maxTokens":5,"tokenCount":"7","list":["sk-12345678"],"__proto__":{"a":1}}',
  ) as unknown;
  expect(JSON.stringify(redactValue(value, createRedactor([])))).toBe(
    '{"auth":{"token":"[redacted]"},"apiKey":"[redacted]","maxTokens":5,"tokenCount":"7","list":["[redacted]"],"__proto__":{"a":1}}',
  );
  expect(({} as Record<string, unknown>).a).toBeUndefined();
});

test("names of credentials", () => {
  const names = [
    "OPENAI_API_KEY",
    "apiKey",
    "GITHUB_TOKEN",
    "AWS_SECRET_ACCESS_KEY",
    "DB_PASSWORD",
    "accessToken",
  ];
  expect(names.filter((name) => !isSecretName(name))).toEqual([]);
  expect(["PATH", "TOKENIZER", "KEYBOARD", "maxTokens", "MONKEY"].filter(isSecretName)).toEqual([]);
  expect(secretValues({ A_TOKEN: "one", PATH: "/bin", EMPTY_KEY: "", X_SECRET: undefined })).toEqual(["one"]);
});
