import { expect, test } from "vitest";
import { LogCapture } from "../process/log.ts";
import { LifecycleLog } from "./lifecycle-log.ts";
import { STARTED_LINE } from "./supervisor-job.ts";

const CHANGE = "[reload] config change detected; evaluating reload (skills.entries.a.enabled, meta)";
const START = "[gateway] http server listening (1 plugin: qa-channel; 1.6s)";

function lifecycle() {
  const log = new LogCapture(
    (text) => text,
    () => {},
  );
  const sink = log.sink();
  const life = new LifecycleLog(log);
  const write = (...lines: string[]) =>
    sink.write(Buffer.from(lines.map((line) => `2026-11-20T20:45:03.554+00:00 ${line}\n`).join("")));
  return { life, write };
}

test("counts starts, and the config changes since the last one", () => {
  const { life, write } = lifecycle();
  expect(life.read()).toEqual({ starts: 0, reloads: 0 });
  write(
    "[gateway] starting...",
    START,
    "[reload] skills snapshot invalidated by config change (skills)",
    CHANGE,
  );
  expect(life.read()).toEqual({ starts: 1, reloads: 1 });
  write(CHANGE);
  expect(life.read()).toEqual({ starts: 1, reloads: 2 });
  write("[gateway] restart mode: in-process restart (OPENCLAW_NO_RESPAWN)", START);
  expect(life.read()).toEqual({ starts: 2, reloads: 0 });
});

test("knows the process that a supervisor started last", () => {
  const log = new LogCapture(
    (text) => text,
    () => {},
  );
  const life = new LifecycleLog(log);
  log.sink().write(Buffer.from(`${STARTED_LINE} 12\n${STARTED_LINE} 34\n`));
  expect(life.read()).toEqual({ starts: 0, reloads: 0, pid: 34 });
});

test.each([
  "[reload] config reload skipped by writer intent (update)",
  "[reload] config reload disabled (gateway.reload.mode=off)",
  "[reload] config reload requires gateway restart; hot mode ignoring (gateway.port)",
  "[reload] config change requires gateway restart (plugins) — deferring until 1 reply(ies) complete",
])("a change that was not applied does not count: %s", (line) => {
  const { life, write } = lifecycle();
  write(START, CHANGE, line, CHANGE);
  expect(life.read()).toEqual({ starts: 1, reloads: 1 });
});

test("a file that is not a config is not a change at all", () => {
  const { life, write } = lifecycle();
  write(START, CHANGE, "[reload] config reload skipped (invalid config): : JSON5 parse failed");
  expect(life.read()).toEqual({ starts: 1, reloads: 1 });
});
