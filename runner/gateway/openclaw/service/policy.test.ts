import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { isRestarted, resultOf, StartCount, startLimitOf } from "./policy.ts";
import { environmentFilesOf, environmentOf, execOf, readUnitFile, shownSpan, spanMs } from "./unit-file.ts";

async function unit(text: string, dropIn?: string) {
  const folder = await mkdtemp(join(tmpdir(), "gateway-qa-unit-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, "a.service"), text);
  if (dropIn !== undefined) {
    await mkdir(join(folder, "a.service.d"));
    await writeFile(join(folder, "a.service.d", "10.conf"), dropIn);
  }
  const file = await readUnitFile(folder, "a.service");
  if (!file) throw new Error("the unit is missing");
  return file;
}

const GATEWAY = `[Unit]
StartLimitBurst=3
StartLimitIntervalSec=5min
[Service]
ExecStart="/a folder/node" --x=1 \\
  'two words' 100%%
Restart=always
RestartPreventExitStatus=78 SIGABRT
SuccessExitStatus=0 143
Environment=A=1 "B=two words"
Environment=C=%%
EnvironmentFile=-/etc/some
`;

test("a unit's command, environment and files are read as systemd reads them", async () => {
  const file = await unit(GATEWAY, "[Service]\nEnvironment=\nEnvironment=D=4\nRestart=no\n");
  expect(execOf(file)).toEqual(["/a folder/node", "--x=1", "two words", "100%"]);
  expect(environmentOf(await unit(GATEWAY))).toEqual({ A: "1", B: "two words", C: "%" });
  expect(environmentOf(file)).toEqual({ D: "4" });
  expect(environmentFilesOf(file)).toEqual([{ path: "/etc/some", optional: true }]);
  expect(isRestarted({ code: 1, signal: null }, file)).toBe(false);
});

test.for([
  [1, null, true, "exit-code"],
  [0, null, true, "success"],
  [143, null, true, "success"],
  [78, null, false, "exit-code"],
  [null, "SIGTERM", true, "success"],
  [null, "SIGKILL", true, "signal"],
  [null, "SIGABRT", false, "signal"],
] as const)("exit code %s, signal %s: restarted %s, %s", async ([code, signal, restarted, result]) => {
  const file = await unit(GATEWAY);
  expect(isRestarted({ code, signal }, file)).toBe(restarted);
  expect(resultOf({ code, signal }, file)).toBe(result);
});

test.for([
  ["no", false, false, false],
  ["on-failure", false, true, true],
  ["on-success", true, false, false],
  ["on-abnormal", false, false, true],
] as const)("Restart=%s", async ([restart, clean, failed, killed]) => {
  const file = await unit(`[Service]\nRestart=${restart}\n`);
  expect(isRestarted({ code: 0, signal: null }, file)).toBe(clean);
  expect(isRestarted({ code: 1, signal: null }, file)).toBe(failed);
  expect(isRestarted({ code: null, signal: "SIGKILL" }, file)).toBe(killed);
});

test("starts are counted within the interval, and forgotten after it or when they are reset", async () => {
  const limit = startLimitOf(await unit(GATEWAY));
  expect(limit).toEqual({ burst: 3, intervalMs: 300_000 });
  const count = new StartCount();
  expect([0, 1, 2, 3].map((at) => count.allows(limit, 1000 + at))).toEqual([true, true, true, false]);
  expect(count.allows(limit, 1000 + 300_001)).toBe(true);
  const other = new StartCount();
  for (const at of [1, 2, 3]) other.allows(limit, at);
  other.reset();
  expect(other.allows(limit, 4)).toBe(true);
  expect(startLimitOf(await unit("[Service]\n"))).toEqual({ burst: 5, intervalMs: 10_000 });
});

test.for([
  ["5", 5000, "5s"],
  ["5min 30s", 330_000, "5min 30s"],
  ["330", 330_000, "5min 30s"],
  ["100ms", 100, "100ms"],
  ["infinity", Number.POSITIVE_INFINITY, "infinity"],
] as const)("the time span %s", ([text, ms, shown]) => {
  expect(spanMs(text)).toBe(ms);
  expect(shownSpan(ms)).toBe(shown);
  expect(spanMs(`${text} soon`)).toBeUndefined();
});
