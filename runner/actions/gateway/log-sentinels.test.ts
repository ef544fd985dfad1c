import { expect, test } from "vitest";
import { SENTINELS, scanLog } from "./log-sentinels.ts";

/** A line of each kind, as gateways write it. */
const LINES: Record<string, string> = {
  "plugin-hook-failure": "[plugins] before_prompt_build hook from foghorn failed: boom",
  "plugin-contract-error": "[plugins] foghorn: tool horn is missing in contracts.tools",
  "direct-reply-self-message": "[routing] direct-reply self-message suppressed",
  "codex-app-server-timeout": "[codex] codex app-server request timed out after 30s",
  "stalled-agent-run": "[agent] embedded run 12 stalled for 300 s",
  "cron-model-allowlist": "[cron] job ping: model x is not in the model allowlist",
  "module-not-found": "Error [ERR_MODULE_NOT_FOUND]: Cannot find module '/dist/chunk-1.js'",
  "uncaught-error": "[gateway] unhandled rejection: boom",
  "live-quota-or-subscription": "[model] 429 insufficient_quota",
};

test.for(SENTINELS)("recognises $kind, and no other kind in its line", ({ kind, verdict, owner }) => {
  const found = scanLog(`[gateway] ready\n${LINES[kind]}\n`);
  expect(found).toEqual([expect.objectContaining({ kind, verdict, owner, line: 2, text: LINES[kind] })]);
});

test("ordinary lines mean nothing", () => {
  const ordinary =
    "[gateway] ready\n[reload] config hot reload applied (skills.entries.x.enabled)\n[cron] started";
  expect(scanLog(ordinary)).toEqual([]);
});

test("looks for the kinds that are asked for, and counts lines in the whole log", () => {
  const log = Object.values(LINES).join("\n");
  const kinds = ["uncaught-error", "module-not-found"];
  expect(scanLog(log, { kinds }).map(({ kind }) => kind)).toEqual(["module-not-found", "uncaught-error"]);
  expect(scanLog(log, { kinds, ignoreKinds: ["uncaught-error"] }, 100)).toMatchObject([{ line: 106 }]);
});

test("an unknown kind would never find anything, so it is an error", () => {
  expect(() => scanLog("", { kinds: ["plugin-hook-failures"] })).toThrow(/no log sentinel of the kind/);
});
