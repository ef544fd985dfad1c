import { expect, test } from "vitest";
import { isTooSlow } from "../gateway/process/own-limits.ts";
import { linesOf, reasonIn, refusedFetch } from "./update.ts";

/** As 2026.9.6 prints it. */
const DOCTOR = `
◇  Session SQLite ─────────────────────────────────────────────────────────╮
│                                                                          │
│  - Legacy entries: 3; SQLite entries: 3.                                 │
│  - /home/user/.openclaw/agents/main/sessions/sessions.json:              │
│    [plugin_migration_source_retained] Canonical session import is        │
│    verified. Original session migration inputs remain pending for        │
│    plugin(s): tide-clock.                                                │
│                                                                          │
│  Inspect them.                                                           │
├──────────────────────────────────────────────────────────────────────────╯
│
◇  Skills ─────────╮
│  Disabled trello │
│  Disabled xurl   │
├──────────────────╯
Doctor could not complete maintenance. Check the reported service state and resolve the failure.
Retained session migration source changed: sessions.json.
`;

test("what a migration says is read out of its boxes, with wrapped lines as one", () => {
  expect(linesOf(DOCTOR)).toEqual([
    "Session SQLite",
    "- Legacy entries: 3; SQLite entries: 3.",
    "- /home/user/.openclaw/agents/main/sessions/sessions.json: [plugin_migration_source_retained] Canonical session import is verified. Original session migration inputs remain pending for plugin(s): tide-clock.",
    "Inspect them.",
    "Skills",
    "Disabled trello",
    "Disabled xurl",
    "Doctor could not complete maintenance. Check the reported service state and resolve the failure.",
    "Retained session migration source changed: sessions.json.",
  ]);
});

test("a migration that gives up is quoted with why, and not with that it does", () => {
  expect(reasonIn(linesOf(DOCTOR))).toBe("Retained session migration source changed: sessions.json.");
  expect(reasonIn(["Doctor stopped because of something."])).toBe("Doctor stopped because of something.");
  expect(reasonIn(["all is well", "Error: no space left", "bye"])).toBe("Error: no space left");
  expect(reasonIn([])).toBe("it says nothing");
});

test("a release that did not keep a limit of its own is told from one that cannot start", () => {
  // As 2026.9.6 said it at its start, on a machine that was busy.
  const slow =
    "Gateway failed to start: state lease heartbeat did not become ready (phase=startup, trigger=timeout, status=starting, elapsedMs=5001, timeoutMs=5000)";
  expect(isTooSlow(slow)).toBe(true);
  expect(isTooSlow("Gateway failed to start: Invalid config at openclaw.json")).toBe(false);
  expect(isTooSlow("it was not ready within 90 s: waiting for a plugin timed out")).toBe(false);
});

test("what a migration could not fetch from the copy's network is told from a migration that needs nothing", () => {
  // As 2026.9.6 wraps it.
  const said = [
    '- Plugin "whatsapp" data/settings upgrade is unfinished: Failed to',
    'install missing configured plugin "whatsapp" from',
    "@openclaw/whatsapp: npm view failed: npm error code ECONNREFUSED",
    "connect ECONNREFUSED registry.npmjs.org:443: gateway-qa lets nothing",
    "out of this machine",
  ];
  expect(refusedFetch(said)).toBe(
    'Failed to install missing configured plugin "whatsapp" from @openclaw/whatsapp',
  );
  expect(refusedFetch(said.slice(0, 3))).toBeUndefined();
});
