import { expect, test } from "vitest";
import { Secrets } from "./secrets.ts";

/** What a hostile or unlucky text repeats: everything that a pattern begins with, and never ends. */
const UNITS = [
  ...["hello world ", "a", "-", "=", " ", '"', "\\", "…", "... 1", "A", "\n"],
  ...[
    "eyJ-",
    "eyJaaaaaaaa.",
    "sk-a ",
    "SG.aaaaaaaaaa.",
    "12345678:",
    "-----BEGIN ",
    "-----BEGIN PRIVATE KEY-----",
  ],
  ...[
    "-----BEGIN PRIVATE KEY-----\n-",
    "cookie: a=",
    "authorization: bearer ",
    "authorization: digest ",
    "//a:",
    "//a:b",
  ],
  ...[
    "bearer ",
    "a.b:c@",
    'token="',
    'token=\\"',
    'token=\\\\\\"',
    'token:["",',
    "token=",
    "token:",
    "&key=",
    "gateway-tok…",
  ],
  "gateway-token-of-a-ru",
  ...[
    "0x67,",
    "%67",
    "\\u0067",
    "\\\\x67",
    "&#103;",
    "&#",
    "Aa",
    "QUFh",
    "aAaAaAaAaAaAaAaAaAaAaA\n",
    "'g',",
    '"0":1,',
    "12 ",
  ],
  ...[
    "\u001b]a",
    "\u001b[1;",
    "\u001b",
    "\u0000",
    "\u009d",
    "gateway\u200b-token-of-a-run",
    "1,",
    "1, ",
    "67 ",
    "67:",
  ],
];

const secrets = new Secrets(["gateway-token-of-a-run", "gateway-token-of-another-run"]);

/** Milliseconds of this thread's own work, the best of three. */
function cost(unit: string, length: number): number {
  const text = unit.repeat(Math.ceil(length / unit.length));
  const times = [1, 2, 3].map(() => {
    const before = process.threadCpuUsage();
    secrets.redactText(text);
    const { user, system } = process.threadCpuUsage(before);
    return (user + system) / 1000;
  });
  return Math.min(...times);
}

test.each(UNITS)("%j again and again costs in proportion to its length", (unit) => {
  cost(unit, 50_000);
  const [short, long] = [cost(unit, 200_000), cost(unit, 1_600_000)];
  // Eight times as long; with squares it would be 64. What costs next to nothing says nothing.
  expect(long).toBeLessThan(Math.max(short, 5) * 24);
});
