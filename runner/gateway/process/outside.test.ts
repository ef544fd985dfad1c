import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { keptInside, refusedConnections } from "./outside.ts";

/** Of a block that is for documentation: what gets through leads nowhere. */
const OUTSIDE = "192.0.2.7";

/** Tries each way out, of which all but those to this machine must fail at once; prints how each ended. */
const PROGRAM = `
import { spawnSync } from "node:child_process";
import dgram from "node:dgram";
import dns from "node:dns";
import { resolve6 } from "node:dns/promises";
import { promisify } from "node:util";
import { once } from "node:events";
import http from "node:http";
import https from "node:https";
import net from "node:net";
import tls from "node:tls";
import { Worker } from "node:worker_threads";
const [inside] = process.argv.slice(2);
const ended = {};
const note = async (name, work) => {
  ended[name] = await Promise.resolve().then(work).then(() => "connected", (error) => error.cause?.code ?? error.code);
};
await note("inside", () => fetch(inside));
await note("inside http", () => once(http.get(inside), "response"));
await note("inside net", () => once(net.connect(new URL(inside).port), "connect"));
await note("fetch", () => fetch("http://a.example.invalid:81/"));
await note("http", () => once(http.get("http://b.example.invalid:82/"), "response"));
await note("https", () => once(https.get("https://${OUTSIDE}:3/path"), "response"));
await note("net", () => once(net.connect(4, "${OUTSIDE}"), "connect"));
await note("net options", () => once(net.connect({ port: 5, host: "${OUTSIDE}" }), "connect"));
await note("tls", () => once(tls.connect(6, "${OUTSIDE}"), "secureConnect"));
await note("udp", () => new Promise((done, failed) => dgram.createSocket("udp4").send("x", 7, "${OUTSIDE}", (error) => error ? failed(error) : done())));
await note("lookup", () => promisify(dns.lookup)("c.example.invalid"));
await note("resolve", () => dns.promises.resolve4("d.example.invalid"));
await note("resolve by name", () => resolve6("f.example.invalid"));
await note("resolver", () => promisify(new dns.Resolver().resolveTxt)("e.example.invalid"));
await note("inside lookup", () => dns.promises.lookup("localhost"));
await note("worker", async () => {
  const worker = new Worker('fetch("http://${OUTSIDE}:88/").catch((error) => require("node:worker_threads").parentPort.postMessage(error.cause.code))', { eval: true });
  const [code] = await once(worker, "message");
  throw { code };
});
await note("child", () => {
  const child = spawnSync(process.execPath, ["-e", 'fetch("http://${OUTSIDE}:89/").catch((error) => console.log(error.cause.code))'], { encoding: "utf8" });
  throw { code: child.stdout.trim() };
});
await note("allowed", () => fetch("http://allowed.example.invalid:90/"));
console.log(JSON.stringify(ended));
process.exit();
`;

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "outside-"));
});

afterEach(() => rm(folder, { recursive: true }));

test("nothing but this machine is reached by any way of Node, in threads and in children neither, and each try is noted", async () => {
  const server = createServer((_request, response) => response.end("here")).listen(0, "127.0.0.1");
  await once(server, "listening");
  const program = join(folder, "program.mjs");
  await writeFile(program, PROGRAM);
  const log = join(folder, "refused.jsonl");
  const env = { ...process.env, ...keptInside(log, ["allowed.example.invalid"]) };
  const { port } = server.address() as AddressInfo;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [program, `http://127.0.0.1:${port}/some/path`],
    { env, timeout: 20_000 },
  );
  server.closeAllConnections();
  server.close();
  const refused = "ECONNREFUSED";
  expect(JSON.parse(stdout)).toEqual({
    ...{ inside: "connected", "inside http": "connected", "inside net": "connected" },
    ...{ fetch: refused, http: refused, https: refused, net: refused, "net options": refused, tls: refused },
    ...{
      lookup: refused,
      resolve: refused,
      resolver: refused,
      "resolve by name": refused,
      "inside lookup": "connected",
    },
    ...{ udp: refused, worker: refused, child: refused, allowed: "ENOTFOUND" },
  });
  const noted = await refusedConnections(log);
  expect(noted.map(({ to }) => to)).toEqual([
    ...["a.example.invalid:81", "b.example.invalid:82", `${OUTSIDE}:3`, `${OUTSIDE}:4`, `${OUTSIDE}:5`],
    ...[`${OUTSIDE}:6`, `${OUTSIDE} (UDP)`],
    ...["c", "d", "f", "e"].map((name) => `${name}.example.invalid (name)`),
    ...[`${OUTSIDE}:88`, `${OUTSIDE}:89`],
  ]);
  expect(noted[1]?.from).toEqual([program]);
});
