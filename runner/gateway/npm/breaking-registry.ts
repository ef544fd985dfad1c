import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { type Injections, LATE_MS } from "../../base/border-faults.ts";
import type { Teardown } from "../../base/teardown.ts";
import { delay } from "../../base/timers.ts";

const HOST = "127.0.0.1";
const PACKAGE_FILE = /\.tgz$/;
/** Those of the message alone, or of another body than the one that is passed on. */
const NOT_PASSED_ON =
  /^(?:connection|keep-alive|host|transfer-encoding|content-length|content-encoding|accept-encoding)$/i;

export interface BreakingRegistryOptions {
  injections: Injections;
  teardown: Teardown;
  /** Requests are counted from then on. */
  isArmed(): boolean;
}

/**
 * Stands between the gateway's package managers and their registry, and breaks what is asked of it.
 * @param registry whose address is given to them otherwise
 * @returns the address that is given to them instead
 */
export async function startBreakingRegistry(
  registry: string,
  options: BreakingRegistryOptions,
): Promise<string> {
  const behind = registry.replace(/\/+$/, "");
  let own = "";
  const server = createServer((request, response) => {
    answer(request, response, { behind, own, ...options }).catch(() => response.destroy());
  });
  options.teardown.defer("proxy of the package registry", async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  });
  server.listen(0, HOST);
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("the proxy has no port");
  own = `http://${HOST}:${address.port}`;
  return own;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { behind, own, injections, isArmed }: BreakingRegistryOptions & { behind: string; own: string },
): Promise<void> {
  const { method = "GET", url = "/", headers } = request;
  const [path = ""] = url.split("?");
  const isFile = PACKAGE_FILE.test(path);
  const sent = await buffer(request);
  const counts = method === "GET" && isArmed();
  const fault = counts
    ? (injections.pass("package request") ?? (isFile ? injections.pass("package file") : undefined))
    : undefined;
  if (fault) injections.note(fault, path);
  if (fault === "network.gone") {
    response.destroy();
    return;
  }
  if (fault === "network.slow") await delay(LATE_MS);
  const found = await fetch(behind + url, {
    method,
    headers: passedOn(Object.entries(headers).map(([name, value]) => [name, String(value)])),
    ...(sent.length > 0 ? { body: sent } : {}),
    redirect: "follow",
  });
  response.writeHead(found.status, passedOn([...found.headers]));
  const body = Buffer.from(await found.arrayBuffer());
  const isJson = found.headers.get("content-type")?.includes("json");
  // The addresses of packages lead here as well.
  const shown = isJson ? Buffer.from(body.toString("utf8").replaceAll(`${behind}/`, `${own}/`)) : body;
  response.end(fault === "network.wrong-integrity" ? Buffer.concat([shown, Buffer.from("tampered")]) : shown);
}

function passedOn(headers: readonly (readonly [name: string, value: string])[]): Record<string, string> {
  return Object.fromEntries(headers.filter(([name]) => !NOT_PASSED_ON.test(name)));
}
