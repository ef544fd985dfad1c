import { expect, test } from "vitest";
import { QaError } from "../base/errors.ts";
import { whyNotStarted } from "./why-not-started.ts";

function said(log: string): string {
  return whyNotStarted(new QaError("the gateway ended", { code: "gateway-exited", fault: "product" }), log);
}

test.for<[what: string, log: string, why: string]>([
  [
    "keys that it does not know, once each",
    `2026-12-01T12:00:00.000+00:00 - meta: Unrecognized key: "migrations"
Gateway failed to start: Error: Invalid config at /state/openclaw.json.
- meta: Unrecognized key: "migrations"
- agents: Unrecognized key: "entries"
Run \`openclaw doctor\``,
    'meta: Unrecognized key: "migrations"; agents: Unrecognized key: "entries"',
  ],
  [
    "what it lists below its sentence",
    `Gateway failed to start: Error: Invalid config at /state/openclaw.json.
- plugins.load.paths: plugin: plugin path not found: /gone
- not a reason of the config`.replace("\n- not", "\nthen\n- not"),
    "plugins.load.paths: plugin: plugin path not found: /gone",
  ],
  ["that sentence, where it lists nothing", "Invalid config at /state.json", "Invalid config at /state.json"],
  ["nothing but that it ended", "", "the gateway ended"],
])("%s", ([, log, why]) => {
  expect(said(log)).toBe(why);
});
