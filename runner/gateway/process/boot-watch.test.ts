import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { QaError } from "../../base/errors.ts";
import { setSlowFactor } from "../../base/slow.ts";
import { BootWatch, judged, type WatchedBoot } from "./boot-watch.ts";

// A hundredth of every limit: what is a minute elsewhere is half a second here.
beforeAll(() => setSlowFactor(0.01));
afterAll(() => setSlowFactor(1));

const BUSY = { shortage: () => "something waited for a CPU 99 % of the time" };
const IDLE = { shortage: () => undefined };

const waitTimeout = () =>
  Promise.reject(new QaError("timed out", { code: "wait-timeout", fault: "product" }));

function processThat(does: string): number {
  const child = spawn(process.execPath, ["-e", does], { stdio: "ignore" });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child.pid ?? 0;
}

function bootOf(pid: number, extra: Partial<WatchedBoot> = {}): WatchedBoot {
  return { port: 9, pid: () => pid, logged: () => 0, folders: [], logTail: () => "its last line", ...extra };
}

async function stuckError(watch: BootWatch): Promise<unknown> {
  const found = Promise.withResolvers<unknown>();
  const timer = setInterval(() => {
    try {
      watch.check();
    } catch (error) {
      found.resolve(error);
    }
  }, 20);
  onTestFinished(() => clearInterval(timer));
  return found.promise;
}

test.for([
  ["computes without end", "for (;;);"],
  ["waits for nothing", "setInterval(() => {}, 1000)"],
  ["was stopped", "process.kill(process.pid, 'SIGSTOP')"],
] as const)("a gateway that %s is stuck, also on a busy machine", async ([_what, does]) => {
  using watch = new BootWatch(bootOf(processThat(does)), BUSY);
  expect(await stuckError(watch)).toMatchObject({
    code: "gateway-stuck",
    fault: "product",
    details: "its last line",
  });
  expect(watch.blamesMachine("it did not get ready")).toBeUndefined();
});

test("a gateway that gets on is not stuck; its lateness is the machine's fault only where that was too busy", async () => {
  let lines = 0;
  const boot = bootOf(processThat("for (;;);"), { logged: () => ++lines });
  for (const [pressure, expected] of [
    [BUSY, { code: "blocked", capability: "machine", message: expect.stringContaining("99 % of the time") }],
    [IDLE, { code: "wait-timeout" }],
  ] as const) {
    using watch = new BootWatch(boot, pressure);
    await expect.poll(() => lines).toBeGreaterThan(1);
    expect(() => watch.check()).not.toThrow();
    await expect(judged(watch, "it did not get ready", waitTimeout)).rejects.toMatchObject(expected);
    lines = 0;
  }
});

test("a gateway that listens and cannot be reached is the environment's fault", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const address = server.address();
  const port = address !== null && typeof address === "object" ? address.port : 0;
  using watch = new BootWatch(bootOf(processThat("setInterval(() => {}, 1000)"), { port }), IDLE);
  watch.answered("nothing answers on its port: connect EHOSTUNREACH", true);
  expect(await stuckError(watch)).toMatchObject({ code: "gateway-unreachable", fault: "environment" });
});
