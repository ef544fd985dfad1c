import { join } from "node:path";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { expect, test } from "vitest";
import { type RehearseReport, rehearseSchema } from "./rehearse-schema.ts";
import { renderPage } from "./render.ts";

const STOCK = {
  agents: 2,
  sessions: 3,
  messages: 24,
  skills: 9,
  tools: 21,
  plugins: 1,
  cron: 1,
  channels: 1,
  devices: 0,
};

const REPORT: RehearseReport = {
  version: 1,
  command: "npx gateway-qa rehearse --to 2026.9.6",
  createdAt: "2026-11-30T12:00:00.000Z",
  exitCode: 1,
  verdict: "no-go",
  why: "the job daily is gone",
  state: "~/.openclaw",
  from: "openclaw@2026.4.26",
  to: "openclaw@2026.9.6",
  network: "namespace",
  copy: { files: 12, bytes: 20_000, left: [{ area: "credentials/", files: 3, bytes: 900 }] },
  update: {
    commands: [
      "stop the gateway",
      "npm install -g openclaw@2026.9.6",
      "openclaw doctor --fix",
      "start the gateway",
    ],
    outageMs: 34_120,
    migrationMs: 18_500,
    said: ["Session SQLite: Legacy entries: 3; SQLite entries: 3."],
  },
  before: { version: "2026.4.26", ...STOCK, memoryFiles: 4, bytes: 120_000 },
  after: { version: "2026.9.6", ...STOCK, cron: 0, memoryFiles: 4, bytes: 900_000 },
  refused: ["api.telegram.org:443", "registry.npmjs.org (name)"],
  findings: [
    { area: "cron", name: "daily", kind: "lost", text: "the job daily is gone" },
    {
      area: "skills",
      name: "greet",
      kind: "lost",
      text: "the skill greet cannot be used any more by main: the update turns it off",
      command: "openclaw config set skills.entries.greet.enabled true",
    },
    { area: "disk", name: "", kind: "step", text: "20 MB are free where the state lies: make room first" },
    { area: "config", name: "agents.list", kind: "changed", text: "agents.list is gone" },
    { area: "tools", name: "", kind: "new", text: "tools that are offered: look" },
    { area: "way back", name: "", kind: "final", text: "2026.4.26 does not start on it" },
    {
      area: "channels",
      name: "telegram",
      kind: "unjudged",
      text: "the channel telegram itself was not started",
    },
  ],
};

test("the page says what is lost, what has to be done, what cannot be undone and what is not known", async () => {
  await expect(renderPage(REPORT)).toMatchFileSnapshot(join(import.meta.dirname, "golden/page.md"));
});

test("a page of which nothing can be said says why, and how messages were kept in", async () => {
  const { update: _update, after: _after, ...rest } = REPORT;
  const page = renderPage({
    ...rest,
    ...{ verdict: "inconclusive", why: "already on 2026.4.26 the agent ops does not answer", findings: [] },
    ...{ network: "preload", refused: [] },
  });
  await expect(page).toMatchFileSnapshot(join(import.meta.dirname, "golden/inconclusive.md"));
});

test("the report is what its schema says", () => {
  const ajv = addFormats.default(new Ajv());
  expect(ajv.validate(rehearseSchema, REPORT), ajv.errorsText()).toBe(true);
  expect(ajv.validate(rehearseSchema, { ...REPORT, verdict: "perhaps" })).toBe(false);
});
