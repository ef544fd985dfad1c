/**
 * A gateway of a few lines that misbehaves on request, run as a process of its own by the tests beside it.
 * Methods: `echo` (and `config.patch`), `twice` (and a third time), `later` (answers after the next `echo`), `hang`, `refuse`, `busy`, `list`, `write`, `leak`,
 * `restart` (new boot id), `replace` (the process stays, the connection drops), `stubborn` (will not
 * stop, and has a child), `crash`, `qa.gateway.status`.
 * FAKE_START: `exit` (before it is ready), `late-lease` (on a busy machine), `not-ready`, `port-taken-once`, `stranger-once` (does not know its token).
 */
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { type WebSocket, WebSocketServer } from "ws";
import { isAlive } from "../../base/testing/processes.ts";

interface Request {
  id: string;
  method: string;
  params: Record<string, unknown>;
}

const port = Number(process.argv[process.argv.indexOf("--port") + 1]);
let token = process.env.OPENCLAW_GATEWAY_TOKEN ?? "";
const mode = process.env.FAKE_START;
const parentPid = Number(process.env.OPENCLAW_QA_PARENT_PID);
let bootId: string = randomUUID();
let held: (() => void)[] = [];

process.stdout.write(`starting with token ${token}\n`);
if (mode === "exit") {
  process.stderr.write("config is broken: no such key\n");
  process.exit(3);
}
if (mode === "late-lease") {
  process.stderr.write("state lease heartbeat did not become ready (phase=startup, trigger=timeout)\n");
  process.exit(1);
}
if (mode === "port-taken-once" && isFirstStart()) {
  process.stderr.write(`listen EADDRINUSE: address already in use 127.0.0.1:${port}\n`);
  process.exit(78);
}
if (mode === "stranger-once" && isFirstStart()) token = randomUUID();

function isFirstStart(): boolean {
  const marker = join(process.env.OPENCLAW_STATE_DIR ?? "", "tried");
  if (existsSync(marker)) return false;
  writeFileSync(marker, "");
  return true;
}

const server = createServer((request, response) => {
  const ready = mode !== "not-ready";
  if (request.url === "/env") {
    response.end(JSON.stringify(process.env));
    return;
  }
  response.writeHead(ready ? 200 : 503, { "content-type": "application/json" });
  response.end(JSON.stringify({ ready, failing: ready ? [] : ["qa-channel"] }));
});
const sockets = new WebSocketServer({ server });

sockets.on("connection", (socket) => {
  send(socket, {
    type: "event",
    event: "connect.challenge",
    payload: { nonce: randomUUID(), ts: Date.now() },
  });
  socket.on("message", (data) => handle(socket, JSON.parse(String(data)) as Request));
});

function handle(socket: WebSocket, { id, method, params }: Request): void {
  const ok = (payload: unknown) => send(socket, { type: "res", id, ok: true, payload });
  const refuse = (error: object) => send(socket, { type: "res", id, ok: false, error });
  const closeAll = (code: number, reason: string) => {
    for (const client of sockets.clients) client.close(code, reason);
  };
  const methods: Record<string, () => void> = {
    connect: () => {
      if ((params.auth as { token?: string }).token !== token) {
        refuse({ code: "UNAUTHORIZED", message: "wrong token" });
        socket.close(1008, "wrong token");
        return;
      }
      ok({ type: "hello-ok", protocol: 4, server: { version: "1.2.3", bootId }, features: {}, snapshot: {} });
    },
    "qa.gateway.status": () => ok({ bootId, pid: process.pid, version: "1.2.3", generation: 0 }),
    echo: () => {
      ok(params);
      for (const answer of held.splice(0)) answer();
    },
    twice: () => {
      ok({ status: "accepted" });
      refuse({ code: "UNAVAILABLE", message: "the turn failed" });
      ok({ status: "ok" });
    },
    later: () => held.push(() => ok(params)),
    hang: () => {
      held = [];
    },
    refuse: () =>
      refuse({ code: "INVALID_REQUEST", message: `no, ${token}`, details: [{ path: "a.b", value: token }] }),
    busy: () => refuse({ code: "UNAVAILABLE", message: "rate limit", retryable: true, retryAfterMs: 250 }),
    list: () => ok([1, 2]),
    "config.patch": () => ok(params),
    health: () => ok({ ok: true, defaultAgentId: "fake" }),
    write: () => refuse({ code: "FORBIDDEN", message: "missing scope: operator.admin" }),
    leak: () => {
      process.stdout.write(`\u001b[31mkey sk-abcdefghijklmnop token ${token}\u001b[0m\n`);
      send(socket, { type: "event", event: "leaked", payload: {} });
      ok({});
    },
    restart: () => {
      bootId = randomUUID();
      closeAll(1012, "service restart");
    },
    "gateway.restart.request": () => {
      ok({ ok: true });
      bootId = randomUUID();
      closeAll(1012, "service restart");
    },
    replace: () => {
      for (const client of sockets.clients) client.terminate();
    },
    stubborn: () => {
      process.on("SIGTERM", () => {});
      const descendant = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "inherit" });
      ok({ descendant: descendant.pid });
    },
    crash: () => {
      process.stderr.write(`panic while holding ${token}\n`, () => process.exit(9));
    },
  };
  methods[method]?.();
}

function send(socket: WebSocket, frame: object): void {
  socket.send(JSON.stringify(frame));
}

// The watchdog that every gateway under test has: without its runner it cleans up and ends.
setInterval(() => {
  if (isAlive(parentPid)) return;
  rmSync(process.env.OPENCLAW_QA_TEMP_ROOT ?? "", { recursive: true, force: true });
  process.exit(0);
}, 50);

server.on("error", (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(78);
});
server.listen(port, "127.0.0.1", () => process.stdout.write("listening\n"));
