import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { inspect } from "node:util";
import { lintSource } from "@secretlint/core";
import { creator } from "@secretlint/secretlint-rule-preset-recommend";
import { expect, test } from "vitest";
import { recordsIn } from "../runner/report/page/testing/records.ts";
import { Sandbox, scenarioText } from "./testing/qa.ts";
import { type PlantedSecret, plantedSecrets } from "./testing/secret-kinds.ts";

/** Values that nothing shows to be secret but the name of the variable, or of the member of the config. */
const OF_ENVIRONMENT = "plain words of a token";
const OF_CONFIG = "plain words of a login";

/** In every form that a known value takes. */
function known(value: string): PlantedSecret[] {
  const bytes = Buffer.from(value);
  const forms = {
    "as it is": value,
    base64: bytes.toString("base64"),
    "base64 of more": Buffer.from(`{"token":"${value}"}`).toString("base64"),
    base64url: Buffer.from(`?${value}`).toString("base64url"),
    hex: bytes.toString("hex"),
    percent: encodeURIComponent(value),
    "in a form": new URLSearchParams({ value }).toString().slice("value=".length),
    "base64 twice": Buffer.from(bytes.toString("base64")).toString("base64"),
    "base64 of hex": Buffer.from(bytes.toString("hex")).toString("base64"),
    "base64, percent": encodeURIComponent(bytes.toString("base64")),
    "UTF-16 in base64": Buffer.from(value, "utf16le").toString("base64"),
    "escaped for JSON": value.replace(/./gs, (one) => `\\u00${one.charCodeAt(0).toString(16)}`),
    "escaped for JavaScript": bytes.toString("hex").replace(/../g, "\\x$&"),
    "bytes in rows": inspect(new Uint8Array(bytes), { maxArrayLength: null }).replace(/^[^[]*/, ""),
    "bytes as 0x": bytes.toString("hex").replace(/..(?=.)/g, "0x$&,\n"),
    "base64 in lines": `${Buffer.from(`${"-".repeat(54)}${value}`)
      .toString("base64")
      .replace(/(.{76})/g, "$1\n")}`,
  };
  return Object.entries(forms).map(([form, text]) => ({
    kind: `known, ${form}`,
    text: `a ${text} b`,
    // The first and last characters of base64 belong to the neighbours as well.
    secrets: [text.slice(4, -4)],
  }));
}

/** Shows all of it wherever a scenario can: chat, model, log, refusal, details, assertion. */
const showing = (texts: readonly string[]) => {
  const all = JSON.stringify(texts.join("\n"));
  return scenarioText(
    "shows-secrets",
    `  - name: says it and reads the answer
    actions:
      - { set: all, value: { expr: ${JSON.stringify(all)} } }
      - call: state.addInboundMessage
        args: [{ conversation: { id: alice, kind: direct }, senderId: alice, text: { ref: all } }]
      - { call: waitForOutboundMessage, saveAs: reply, args: [{ ref: state }, { lambda: { params: [m], expr: "true" } }] }
      - { set: current, value: { expr: "await env.gateway.call('config.get')" } }
      - assert: "current.config.browser.list.every((one) => one === '__OPENCLAW_REDACTED__')"
      - { set: patch, value: { expr: "JSON.stringify({ browser: { color: 'Q' } })" } }
      - { set: patched, value: { expr: "await env.gateway.call('config.patch', { raw: patch, baseHash: current.hash, note: all })" } }
      - { set: refusal, value: { expr: "await env.gateway.call('no.such.method ' + all).then(String, (error) => error.message)" } }
    detailsExpr: all + reply.text
  - name: fails with it
    actions:
      - { set: base, value: { expr: "[env.lab.baseUrl, env.mock.baseUrl, env.gateway.token, encodeURIComponent(env.gateway.token)].join(' ')" } }
      - { set: hex, value: { expr: "[...env.gateway.token].map((c) => c.charCodeAt(0).toString(16)).join('')" } }
      - assert:
          expr: "all === reply.text + refusal + hex"
          message: { expr: "[all, reply.text, refusal, base, hex].join('\\\\n')" }`,
    `gatewayConfigPatch: ${JSON.stringify({
      browser: { list: texts, login: { password: OF_CONFIG } },
    })}\n`,
  ).concat(`\n\`\`\`yaml qa-model\n${JSON.stringify({ rules: [{ reply: texts.join("\n") }] })}\n\`\`\`\n`);
};

const REPORTER = `import { appendFileSync } from "node:fs";
export const version = 1;
export default ({ reportFolder }) => ({
  onEvent: (event) => appendFileSync(reportFolder + "/own.jsonl", JSON.stringify(event) + "\\n"),
});
`;

test("no kind of secret is in any output of a run, whatever way it takes there", async () => {
  const planted = [...plantedSecrets(), ...known(OF_ENVIRONMENT), ...known(OF_CONFIG)];
  const sandbox = await Sandbox.create();
  await sandbox.write("pack/test/shows.md", showing(planted.map(({ text }) => text)));
  await sandbox.write("own.mjs", REPORTER);
  const { report, stdout, stderr, exitCode } = await sandbox.qaWith(
    { PLANTED_TOKEN: OF_ENVIRONMENT },
    ...["run", "shows-secrets", "--pack", "pack", "--trust"],
    ...["--reporter", "junit", "--reporter", "ctrf", "--reporter", "github", "--reporter", "./own.mjs"],
  );
  expect(exitCode, stdout + stderr).toBe(1);
  expect(report?.scenarios[0]).toMatchObject({ verdict: "failed", failure: { code: "assertion-failed" } });

  const outputs = new Map([
    ["stdout", stdout],
    ["stderr", stderr],
  ]);
  for (const entry of await readdir(sandbox.reportFolder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile()) continue;
    const text = await readFile(path, "utf8");
    const name = path.slice(sandbox.reportFolder.length + 1);
    outputs.set(name, text);
    if (name === "report.html") outputs.set("records of report.html", JSON.stringify(recordsIn(text)));
  }
  expect([...outputs.keys()]).toEqual(
    expect.arrayContaining([
      ...[
        "report.md",
        "report.html",
        "report.json",
        "events.jsonl",
        "junit.xml",
        "ctrf-report.json",
        "own.jsonl",
      ],
      ...["transcript.txt", "model-requests.jsonl", "gateway.log"].map((name) => `shows-secrets/${name}`),
    ]),
  );
  const shown = [...outputs].flatMap(([output, text]) =>
    planted
      .filter(({ secrets }) => secrets.some((secret) => text.includes(secret)))
      .map(({ kind }) => `${kind} in ${output}`),
  );
  expect(shown).toEqual([]);
  for (const [output, text] of outputs) {
    // The addresses of bus and model, and the gateway's token: it begins like its temp folder, but for the process id.
    expect(text, output).not.toMatch(/127\.0\.0\.1:\d+\/[\w-]{20}/);
    expect(text, output).not.toMatch(/gateway-qa-(?!p\d+-|test-)[\w-]{20}|676174657761792d71612d/);
    // Everything was there to be redacted.
    if (/transcript|own|report\.json|records/.test(output)) expect(text).toContain("[redacted");
  }
  expect(await judge(outputs)).toEqual([]);
});

/** What another program finds, whose rules are its own. */
async function judge(outputs: ReadonlyMap<string, string>): Promise<string[]> {
  const config = { rules: [{ id: "@secretlint/secretlint-rule-preset-recommend", rule: creator }] };
  const results = await Promise.all(
    [...outputs].map(([filePath, content]) =>
      lintSource({
        source: { filePath, content, contentType: "text", ext: `.${filePath.split(".").at(-1)}` },
        options: { config },
      }),
    ),
  );
  return results.flatMap(({ filePath, messages }) =>
    messages.map(({ message }) => `${filePath}: ${message}`),
  );
}

test("the judge finds what was planted, when nobody redacts it", async () => {
  const text = plantedSecrets()
    .map(({ text }) => text)
    .join("\n");
  expect((await judge(new Map([["planted.txt", text]]))).length).toBeGreaterThan(8);
});

/** What stands within the gateway's token, and is not seen. */
const SPLITTERS = [
  ...[
    "\u001b[31m",
    "\u001b[0m\u001b[1;4m",
    "\u009b1m",
    "\u001b]8;;x\u0007",
    "\u001b]0;x\u001b\\",
    "\u001b(B",
    "\u001b",
  ],
  ...["\u0000", "\b", "\r", "\u007f", "\u0085", "\u00ad", "\u034f", "\u200b", "\u200d", "\u2060", "\ufeff"],
  ...["\u200e", "\u202e", "\u2066", "\u{e0041}", "\ufffe", "\ud800"],
];

test("a secret that is split by what nobody sees stands in no output, joined or not", async () => {
  const literal = JSON.stringify(SPLITTERS).replace(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  const sandbox = await Sandbox.create();
  await sandbox.write(
    "pack/test/split.md",
    scenarioText(
      "splits-secrets",
      `  - name: splits it
    actions:
      - { set: token, value: { expr: "env.gateway.token" } }
      - { set: splitters, value: { expr: ${JSON.stringify(literal)} } }
      - { set: texts, value: { expr: "splitters.map((one, i) => 'form ' + i + ': ' + token.slice(0, 16) + one + token.slice(16) + ' end')" } }
      - { set: shown, value: { expr: "[...texts, [...Buffer.from(token)].join(), Buffer.from(token).toString('hex').match(/../g).join(':')].join('\\\\n')" } }
      - { throw: { expr: "new Error(shown)" } }`,
    ),
  );
  const { stdout, stderr, exitCode } = await sandbox.qa(
    ...["run", "splits-secrets", "--pack", "pack", "--reporter", "junit", "--reporter", "ctrf"],
  );
  expect(exitCode, stdout + stderr).toBe(1);
  const names = ["report.md", "report.json", "events.jsonl", "junit.xml", "ctrf-report.json"];
  const files = await Promise.all(names.map((name) => readFile(join(sandbox.reportFolder, name), "utf8")));
  const shown = [stdout, ...files].flatMap((text, index) => {
    const output = ["stdout", ...names][index];
    // All of it stands in the JSON report; others abridge.
    if (output === "report.json") expect(text).toMatch(/form 23: \[redacted \d+\] end/);
    // The token begins like this; what follows is the random rest of it.
    const unescaped = text.replace(/\\u[\da-f]{4}|\\[br]/gi, "");
    return [...unescaped.matchAll(/form \d+: (?!\[redacted)[^\n]{0,20}|103,97,116|67:61:74/g)].map(
      ([found]) => `${output}: ${found}`,
    );
  });
  expect(shown).toEqual([]);
});

test("an error before the run shows no secret either", async () => {
  const sandbox = await Sandbox.create();
  const { stderr, exitCode } = await sandbox.qaWith(
    { PLANTED_TOKEN: OF_ENVIRONMENT },
    ...["run", "x", "--pack", `no/${OF_ENVIRONMENT}/sk-proj-0123456789`],
  );
  expect(exitCode).toBe(2);
  expect(stderr).toContain("[redacted 1]");
  expect(stderr).not.toMatch(/plain words|sk-proj/);
});
