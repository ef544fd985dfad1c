// biome-ignore-all lint/suspicious/noTemplateCurlyInString: configs refer to the environment like this

import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LogCapture } from "../../gateway/process/log.ts";
import { KnownSecrets } from "./known.ts";
import { isSecretName, secretValues } from "./names.ts";
import { Secrets, secretsIn } from "./secrets.ts";

const secret = fc.stringMatching(/^[A-Za-z0-9_/+=-]{8,40}$/);
const redact = (text: string, ...known: string[]) => new Secrets(known).redactText(text);

test("a secret never appears, however the output is split into chunks and whenever it is read", () => {
  fc.assert(
    fc.property(
      secret,
      fc.string({ unit: "grapheme" }),
      fc.string(),
      fc.array(fc.nat(60), { minLength: 1 }),
      (value, before, after, sizes) => {
        const log = new LogCapture(new Secrets([value]).redactText, () => {});
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

test("a private key that comes line by line goes as a whole", () => {
  const log = new LogCapture(new Secrets().redactText, () => {});
  const sink = log.sink();
  const lines = [
    "one",
    "-----BEGIN EC PRIVATE KEY-----",
    "MHcCAQEEIBSR",
    "b3Rvcg==",
    "-----END EC PRIVATE KEY-----",
    "two",
  ];
  for (const line of lines) sink.write(Buffer.from(`${line}\n`));
  expect(log.text()).toBe("one\n[redacted 1]\ntwo\n");
  // What only speaks of one does not hold back what follows.
  sink.write(Buffer.from("expected -----BEGIN EC PRIVATE KEY-----\n[ws] a line of the log\n"));
  expect(log.text()).toMatch(/\[ws\] a line of the log\n$/);
});

describe("a known secret goes in every form it takes on its way", () => {
  const value = 'pa"ss/wörd? 1~é';
  const json = JSON.stringify({ deep: JSON.stringify({ k: value }) });
  const bytes = Buffer.from(value);
  test.each([
    ["as it is", value],
    ["JSON", JSON.stringify(value)],
    ["JSON in JSON", json],
    ["percent-encoded", encodeURIComponent(value)],
    [
      "percent-encoded in small letters",
      encodeURIComponent(value).replace(/%../g, (code) => code.toLowerCase()),
    ],
    ["hex", bytes.toString("hex")],
    ["hex in capitals", bytes.toString("hex").toUpperCase()],
    ["hex with colons", bytes.toString("hex").match(/../g)?.join(":") ?? ""],
    ["a list of numbers", [...bytes].join()],
    ["base64", bytes.toString("base64")],
    ["base64url", bytes.toString("base64url")],
  ])("%s", (_form, text) => {
    const clean = redact(`before ${text} after`, value);
    expect(clean).toMatch(/^before .{0,20}\[redacted 1\].{0,20} after$/);
  });

  test("shown by Node: a buffer, a list of numbers, and either cut", () => {
    expect(redact(inspect(bytes), value)).toBe("<Buffer [redacted 1]>");
    expect(redact(inspect([...bytes]), value)).toMatch(/^\[\s*\[redacted 1\]\s*\]$/);
    const long = "gateway-token-of-a-run".repeat(9);
    expect(redact(inspect(Buffer.from(long)), long)).toBe("<Buffer [redacted 1] ... 148 more bytes>");
    expect(redact(inspect([...Buffer.from(long)]), long)).toMatch(
      /^\[\s*\[redacted 1\],\s*\.\.\. 98 more items\s*\]$/,
    );
    expect(redact("10 20 30 40 50 60 70 80 90", value)).toBe("10 20 30 40 50 60 70 80 90");
  });

  const token = "gateway-qa-Zm9v/YmFy+2026?";
  const twice: [form: string, encode: (text: string) => string][] = [
    ["base64", (text) => Buffer.from(text).toString("base64")],
    ["base64url", (text) => Buffer.from(text).toString("base64url")],
    ["hex", (text) => Buffer.from(text).toString("hex")],
    ["hex in capitals", (text) => Buffer.from(text).toString("hex").toUpperCase()],
    ["percent", encodeURIComponent],
    ["percent, every byte", (text) => Buffer.from(text).toString("hex").replace(/../g, "%$&")],
    ["JSON, every character", (text) => text.replace(/./gs, (one) => `\\u${hexOf(one, 4)}`)],
    ["JSON, a character", (text) => text.replace(/./s, (one) => `\\u${hexOf(one, 4)}`)],
    ["JavaScript", (text) => Buffer.from(text).toString("hex").replace(/../g, "\\x$&")],
    ["JavaScript, by character", (text) => text.replace(/./gs, (one) => `\\u{${hexOf(one, 1)}}`)],
    ["HTML", (text) => text.replace(/./gs, (one) => `&#${one.charCodeAt(0)};`)],
    ["HTML, hex", (text) => text.replace(/./gs, (one) => `&#x${hexOf(one, 2)};`)],
    ["UTF-16 in base64", (text) => Buffer.from(text, "utf16le").toString("base64")],
    ["UTF-16 in hex, other byte first", (text) => Buffer.from(text, "utf16le").swap16().toString("hex")],
    ["UTF-16 in a list", (text) => [...Buffer.from(text, "utf16le")].join()],
    ["bytes", (text) => [...Buffer.from(text)].join(", ")],
    ["bytes in rows", (text) => inspect(new Uint8Array(Buffer.from(text)), { maxArrayLength: null })],
    ["bytes line by line", (text) => JSON.stringify([...Buffer.from(text)], undefined, 8)],
    ["bytes between spaces", (text) => [...Buffer.from(text)].join(" ")],
    ["bytes as 0x", (text) => [...Buffer.from(text)].map((byte) => `0x${byte.toString(16)}`).join(", ")],
    [
      "rows of bytes as 0x",
      (text) => [...Buffer.from(text)].map((byte) => `0x${byte.toString(16)}`).join(",\n  "),
    ],
    ["a typed array in JSON", (text) => JSON.stringify(new Uint8Array(Buffer.from(text)))],
    [
      "a typed array in JSON in JSON",
      (text) => JSON.stringify(JSON.stringify(new Uint8Array(Buffer.from(text)))),
    ],
    ["a buffer in JSON", (text) => JSON.stringify(Buffer.from(text))],
    ["hex between dashes", (text) => Buffer.from(text).toString("hex").match(/../g)?.join("-") ?? ""],
    ["characters", (text) => inspect([...text], { maxArrayLength: null })],
    ["characters in JSON", (text) => JSON.stringify([...text])],
    ...[64, 76].flatMap((width): [string, (text: string) => string][] => [
      [`base64 in lines of ${width}`, (text) => inLines(base64InMore(text), width, "\n")],
      [`base64 in lines of ${width}, line feeds`, (text) => inLines(base64InMore(text), width, "\r\n  ")],
      [`base64 in lines of ${width}, in JSON`, (text) => inLines(base64InMore(text), width, "\\r\\n")],
      [`base64 in lines of ${width}, in JSON in JSON`, (text) => inLines(base64InMore(text), width, "\\\\n")],
    ]),
    ["base64 in PHP's JSON", (text) => Buffer.from(text).toString("base64").replaceAll("/", "\\/")],
  ];
  /** It lies across the end of the first line. */
  const base64InMore = (text: string) => Buffer.from(`${"x".repeat(43)} ${text}`).toString("base64");
  const inLines = (text: string, width: number, end: string) =>
    text.match(new RegExp(`.{1,${width}}`, "g"))?.join(end) ?? "";
  const hexOf = (one: string, digits: number) => one.charCodeAt(0).toString(16).padStart(digits, "0");
  /** Whatever way someone takes the text apart, nothing of the secret is in it any more. */
  const isGone = (clean: string) => expect(clean).toMatch(/^before \D?.{0,80}?\[redacted 1\]/s);

  test.each(twice)("%s", (_form, encode) => {
    expect(encode(token)).not.toContain(token);
    isGone(redact(`before ${encode(token)} after`, token));
  });

  const outer = new Set([
    "base64",
    "base64url",
    "hex",
    "percent, every byte",
    "bytes",
    "base64 in lines of 76",
  ]);
  test.each(twice.filter(([form]) => outer.has(form)))("%s of any of them", (_form, encode) => {
    const left = twice.filter(([, inner]) => {
      const text = encode(inner(token));
      return !redact(`before ${text} after`, token).includes("[redacted 1]");
    });
    expect(left.map(([form]) => form)).toEqual([]);
  });

  test("base64 of a longer text, wherever in it", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 9 }), fc.string({ maxLength: 9 }), secret, (before, after, own) => {
        for (const encoding of ["base64", "base64url"] as const) {
          const clean = redact(Buffer.from(before + own + after).toString(encoding), own);
          // At most the characters that it shares with its neighbours are left.
          const left = Buffer.from(clean.replace(/\[redacted \d+\]/g, "!"), encoding).toString("latin1");
          expect(left).not.toContain(own.slice(2, -2));
          expect(clean).toContain("[redacted");
        }
      }),
    );
  });
});

test.each([
  ["Authorization: Bearer abc.def-123456", "Authorization: Bearer [redacted 1]"],
  ['curl -H "authorization: Basic YWxhZGRpbjpvcGVu"', 'curl -H "authorization: Basic [redacted 1]"'],
  ['Authorization: Digest username="a", response="b"', "Authorization: Digest [redacted 1]"],
  ["sent bearer aB3dE5fG7hI9jK1lM3n as it is", "sent bearer [redacted 1] as it is"],
  ["using sk-ant-REDACTED", "using [redacted 1]"],
  ["ghp_0123456789abcdefXYZ pushed", "[redacted 1] pushed"],
  ['{"apiKey":"0123456789abcdef"}', '{"apiKey":"[redacted 1]"}'],
  [
    '{"a":"{\\"b\\":\\"{\\\\\\"apiKey\\\\\\":\\\\\\"x\\\\\\"}\\"}"}',
    '{"a":"{\\"b\\":\\"{\\\\\\"apiKey\\\\\\":\\\\\\"[redacted 1]\\\\\\"}\\"}"}',
  ],
  ["OPENAI_API_KEY=0123456789abcdef", "OPENAI_API_KEY=[redacted 1]"],
  ["DB_PASS=hunter PWD=/home/x", "DB_PASS=[redacted 1] PWD=/home/x"],
  ["proxy http://alice:pa55@proxy:3128/ fails", "proxy http://[redacted 1]@proxy:3128/ fails"],
  ["//:pa55@registry/", "//[redacted 1]@registry/"],
  ["app:pa55word@tcp(db:3306)/x", "app:[redacted 1]@tcp(db:3306)/x"],
  [
    "GET /x?page=2&access_token=ab&sig=1234&key=5678",
    "GET /x?page=2&access_token=ab&sig=[redacted 1]&key=[redacted 2]",
  ],
  ["//registry.npmjs.org/:_authToken=0123abcd", "//registry.npmjs.org/:_authToken=[redacted 1]"],
  ["Cookie: sid=abc; theme=dark\nHost: x", "Cookie: [redacted 1]\nHost: x"],
  ["authTokens: [ 'one', 'two' ], max: 2", "authTokens: [ '[redacted 1]', '[redacted 2]' ], max: 2"],
  [
    "Server=db;User Id=sa;Password=Sup3r-Secret;Timeout=3",
    "Server=db;User Id=sa;Password=[redacted 1];Timeout=3",
  ],
  ["password: hunter2hunter2", "password: [redacted 1]"],
])("%s", (text, redacted) => {
  expect(redact(text)).toBe(redacted);
});

test.each([
  "Basic conversation, bearer authentication and a token: reconnection works",
  "basic scenarios: password: forgotten-password-flow",
  "wanted another basic connection; see https://example.org:8080/a@b",
  "http://127.0.0.1:80/@scope/name",
  "ssh://git@host/a:b@c",
  "token: unknown, secret: 12, password = missing",
  "12 tokens: input 3000, output 40",
  "cookie: a small cake; set cookie: no",
  "sessionKey=agent:main:qa-channel:dm:alice idempotencyKey=0f8fad5b-d9cb-469f-a165-70867728950e",
  '{"sessionKey":"agent:main:main","maxTokens":"4096","nextPageToken":"abc","passwordFile":"/run/x","apiKey":"${API_KEY}"}',
  "the desk-top task-force asked for risk-assessment-reports",
])("%s stays", (text) => {
  expect(redact(text)).toBe(text);
});

test.each([["…"], ["'... 12 more characters"]])(
  "what a cut leaves of a known secret goes, too: %s",
  (mark) => {
    expect(redact(`its token=is gateway-token-of-a-r${mark}`, "gateway-token-of-a-run")).toBe(
      `its token=is [redacted 1]${mark}`,
    );
    expect(redact(`its token=is gateway-of${mark}`, "gateway-token-of-a-run")).toBe(
      `its token=is gateway-of${mark}`,
    );
  },
);

test("a cut in the middle leaves neither the beginning nor the end of a known secret", () => {
  const secret = "gateway-token-of-a-run-and-more";
  expect(redact("is gateway-token-of … a-run-and-more, it said", secret)).toBe(
    "is [redacted 1] … [redacted 2], it said",
  );
  expect(redact("…n-and-more", secret)).toBe("…[redacted 1]");
  expect(redact("… run-and-mor", secret)).toBe("… run-and-mor");
});

test("a secret that is wrapped, in base64, is found in a transcript", () => {
  const secret = "gateway-token-of-a-run-that-goes-on-for-two-lines-and-more";
  const [one, two] = [0, 40].map((at) =>
    Buffer.from(secret)
      .toString("base64")
      .slice(at, at + 40),
  );
  expect(redact(`alice: ${one} ⏎ ${two} ⏎ so it is`, secret)).toMatch(
    /^alice: \[redacted \d\].* ⏎ so it is$/,
  );
});

test.each([1, 2, 3, 4, 5])("a secret with quotes is found as JSON in JSON, %i times", (times) => {
  const secret = '{"key": "a\\nb", "id": "0123"}';
  let text = `It said ${secret}`;
  for (let time = 0; time < times; time++) text = JSON.stringify({ text });
  const clean = redact(text, secret);
  expect(clean).toContain("It said [redacted 1]");
  expect(clean).not.toContain("0123");
});

const ESC = "\u001b";

test.each([
  ["a known one", `is gateway-tok${ESC}[31men-of-a-run`, "is [redacted 1]"],
  ["by more than one", `is gate\u0000way-tok${ESC}]8;;x\u0007en\u200b-of\u202e-a-run`, "is [redacted 1]"],
  ["by half a sequence", `is gateway-tok${ESC}en-of-a-run`, "is [redacted 1]"],
  ["an issued one", "is ghp_0123456789\u0000abcdefXYZ", "is [redacted 1]"],
  ["its name", 'is {"api\u200bKey":"0123456789"}', 'is {"apiKey":"[redacted 1]"}'],
  [
    "one behind a letter",
    "a\u0000ghp_0123456789abcdefXYZ gateway-\u0000token-of-a-run",
    "a[redacted 1] [redacted 2]",
  ],
])("what nobody sees does not split a secret: %s", (_what, text, expected) => {
  const clean = redact(text, "gateway-token-of-a-run");
  // The parts that were found first have numbers, too.
  const numbers = [...new Set(clean.match(/\d+(?=\])/g))];
  expect(clean.replace(/\d+(?=\])/g, (number) => String(numbers.indexOf(number) + 1))).toBe(expected);
});

test.each([`${ESC}[31mred${ESC}[0m and 👩‍💻\u0000`, `a\u200b ${ESC}]8;;x\u0007link\r\n`])(
  "%j without a secret stays as it is",
  (text) => expect(redact(text, "gateway-token-of-a-run")).toBe(text),
);

test("different texts stay different, and the same one stays the same", () => {
  const secrets = new Secrets(["first-secret", "second-secret"]);
  expect(secrets.redactText("expected first-secret, seen second-secret, then first-secret")).toBe(
    "expected [redacted 1], seen [redacted 2], then [redacted 1]",
  );
  expect(secrets.redact({ password: "third" })).toEqual({ password: "[redacted 3]" });
  const plain = new Secrets(["first-secret"], { numbered: false });
  expect(plain.redactText("first-secret")).toBe("[redacted]");
});

test("in JSON members go by their name, what lies in some of them as a whole, and no prototype is touched", () => {
  const value: unknown = JSON.parse(`{
    "auth":{"token":"abc"},"apiKey":"x","maxTokens":5,"tokenCount":"7","list":["sk-12345678"],"authTokens":["a","b"],
    "headers":{"X-Any":"c","Content-Type":"text/plain"},"credentials":{"deep":{"user":"d"}},"empty":{"token":""},
    "values":[{"name":"Cookie","value":"e"},{"expression":"reply.token","value":"undefined"},{"name":"id","value":"f"}],
    "apiKeys":"\${KEYS}","__proto__":{"a":1}}`);
  expect(JSON.stringify(new Secrets().redact(value)).replace(/redacted \d+/g, "-")).toBe(
    JSON.stringify(
      JSON.parse(`{
    "auth":{"token":"[-]"},"apiKey":"[-]","maxTokens":5,"tokenCount":"7","list":["[-]"],"authTokens":["[-]","[-]"],
    "headers":{"X-Any":"[-]","Content-Type":"text/plain"},"credentials":{"deep":{"user":"[-]"}},"empty":{"token":""},
    "values":[{"name":"Cookie","value":"[-]"},{"expression":"reply.token","value":"undefined"},{"name":"id","value":"f"}],
    "apiKeys":"\${KEYS}","__proto__":{"a":1}}`),
    ),
  );
  expect(({} as Record<string, unknown>).a).toBeUndefined();
});

test("a config names its secrets, and the variables that hold some", () => {
  const config = {
    a: { apiKey: "own", login: { password: "${LOGIN}" } },
    url: "https://u:pass@h/",
    headers: { x: "Key ${K}" },
  };
  expect(secretsIn(config, { LOGIN: "of-login", K: "of-k" })).toEqual([
    "own",
    "of-login",
    "u:pass",
    "Key ${K}",
    "of-k",
  ]);
});

test("names of credentials", () => {
  const names =
    "OPENAI_API_KEY apiKey GITHUB_TOKEN AWS_SECRET_ACCESS_KEY AWS_ACCESS_KEY_ID DB_PASSWORD DB_PASS accessToken _authToken privateKey passphrase encryptKey serviceAccount serviceAccountRef GH_PAT PGPASS NPM_CONFIG__AUTH X_TOKENS cookie set-cookie credentials authTokens Authorization x-api-key webhookSecret botToken signingKey AccountKey proxy-authorization";
  expect(names.split(" ").filter((name) => !isSecretName(name))).toEqual([]);
  const others =
    "PATH PWD OLDPWD TOKENIZER KEYBOARD maxTokens MONKEY sessionKey primaryKey publicKey pass key author tokenCount passwordFile nextPageToken PGPASSFILE COMPASS BYPASS MAX_TOKENS TOTAL_TOKENS usedTokens";
  expect(others.split(" ").filter(isSecretName)).toEqual([]);
  expect(secretValues({ A_TOKEN: "one", PATH: "/bin", EMPTY_KEY: "", X_SECRET: undefined })).toEqual(["one"]);
});

/** Pieces that the rule cares about, in any order. */
const pieces = fc.array(
  fc.oneof(
    fc.constantFrom(
      ...'token= token: "token":" apiKey\\":\\" Authorization:  Bearer  Cookie: a= https:// :pw@ sk- eyJ . -----BEGIN -----END  PRIVATE KEY----- [redacted 1] \\ " \' [ ] , & ? \n'.split(
        " ",
      ),
      " ",
    ),
    fc.stringMatching(/^[A-Za-z0-9_-]{1,20}$/),
    fc.string({ maxLength: 4 }),
  ),
  { maxLength: 30 },
);

test("what was redacted stays as it is", () => {
  fc.assert(
    fc.property(pieces, fc.array(secret, { maxLength: 3 }), (parts, known) => {
      const secrets = new Secrets(known);
      const once = secrets.redactText(parts.join(""));
      expect(secrets.redactText(once)).toBe(once);
    }),
    { numRuns: 1_000 },
  );
});

test("no text is a placeholder's part and a secret", () => {
  for (const word of ["redacted", "[redacted", "redacted 1]", "[redacted 12]", "[redacte", "edacted 7"]) {
    expect(redact("password: hunter2hunter2", word)).toBe("password: [redacted 1]");
  }
});

test("many known secrets are found as if each was looked for alone", () => {
  const word = fc.stringMatching(/^[ab]{8,10}$/);
  fc.assert(
    fc.property(fc.array(word, { maxLength: 20 }), fc.stringMatching(/^[ab]{0,60}$/), (words, text) => {
      const known = new KnownSecrets();
      for (const each of words) known.add(each);
      const clean = known.replace(text, (found) => `<${found.length}>`);
      expect(words.filter((each) => clean.includes(each))).toEqual([]);
      if (!words.some((each) => text.includes(each))) expect(clean).toBe(text);
    }),
  );
});
