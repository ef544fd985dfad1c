import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import {
  connect,
  createServer as createTcpServer,
  type ListenOptions,
  type Socket,
  type Server as TcpServer,
} from "node:net";
import type { Teardown } from "../base/teardown.ts";
import { type BodyLimits, disconnectSignal, HttpError, readJson, sendJson } from "./json.ts";

const HOST = "127.0.0.1";
/** What a {@link forwardTo} is addressed as: its port is not known here. */
const FORWARDED_HOST = /^127\.0\.0\.1:\d{1,5}$/;
/** For the head of a request; its body has a limit of its own. */
const HEAD_TIMEOUT_MS = 5_000;
/** How often that is checked. */
const HEAD_CHECK_MS = 1_000;

/** A request that was admitted and read. */
export interface Call {
  /** The body as it came, and what it says. */
  raw: string;
  body: unknown;
  response: ServerResponse;
  /** Fires when the client is gone. */
  signal: AbortSignal;
}

/** What stands at a path: something to read (GET and HEAD), or something that takes JSON (POST) and sends the answer. */
export type Route =
  | { read(query: URLSearchParams): unknown }
  | { limits: BodyLimits; handle(call: Call): Promise<void> };

interface Owner {
  /** For messages. */
  name: string;
  teardown: Teardown;
}

interface ServerOptions extends Owner {
  /** How the server says that a request failed; anything may have been thrown. */
  refusal(error: unknown): { status: number; body: unknown };
}

export interface LocalServerOptions extends ServerOptions {
  routes: ReadonlyMap<string, Route>;
  /** Hears of every request for a path that is not there. */
  onUnknown?: ((request: UnknownRequest) => void) | undefined;
}

/** A request that a part of the run has no answer for. */
export interface UnknownRequest {
  /** Whose path it was: `scripted model`. */
  server: string;
  method: string;
  /** Behind the token. */
  path: string;
}

/** Answers an admitted request. @param path behind the token, without the query */
type Answer = (path: string, request: IncomingMessage, response: ServerResponse) => Promise<void>;

export interface LocalServer {
  /** `http://127.0.0.1:1234/<token>`: who does not know it gets no answer but 403. */
  url: string;
  /** The secret in it. */
  token: string;
}

/**
 * Serves a part of one run on a random port of 127.0.0.1. Any process of this machine and any web page can reach it there,
 * so its address holds a random token: as the first part of the path, because then every client can have it that can be
 * told a base URL. The teardown cuts the connections, so that no held request keeps the run from ending.
 */
export function serveLocally({ routes, onUnknown, ...options }: LocalServerOptions): Promise<LocalServer> {
  return listenLocally(options, (path, request, response) => {
    if (!routes.has(path)) onUnknown?.({ server: options.name, method: request.method ?? "", path });
    return answer(routes, path, request, response);
  });
}

/** The same for a part that answers any path and method itself. */
export async function listenLocally(options: ServerOptions, handle: Answer): Promise<LocalServer> {
  const { server, token } = serverOf(options, handle);
  const port = await listen(server, options, { port: 0, host: HOST }, () => server.closeAllConnections());
  return { url: `http://${HOST}:${port}/${token}`, token };
}

/**
 * The same behind a socket in the file system, which also a process in another network namespace can reach: through a
 * {@link forwardTo} there.
 * @param path absolute; in a folder that is nobody else's
 * @returns the token
 */
export async function listenAtSocket(
  options: ServerOptions,
  path: string,
  handle: Answer,
): Promise<Pick<LocalServer, "token">> {
  const { server, token } = serverOf(options, handle);
  await listen(server, options, { path }, () => server.closeAllConnections());
  return { token };
}

/** Lets what connects to a random port of 127.0.0.1 talk to a socket in the file system. @returns `http://127.0.0.1:1234` */
export async function forwardTo(path: string, options: Owner): Promise<string> {
  const open = new Set<Socket>();
  const server = createTcpServer((client) => {
    const there = connect(path);
    for (const [one, other] of [
      [client, there],
      [there, client],
    ] as const) {
      open.add(one);
      one.on("error", () => other.destroy()).on("close", () => open.delete(one));
      one.pipe(other);
    }
  });
  const port = await listen(server, options, { port: 0, host: HOST }, () => {
    for (const socket of open) socket.destroy();
  });
  return `http://${HOST}:${port}`;
}

function serverOf(options: ServerOptions, handle: Answer): { server: Server; token: string } {
  const token = randomBytes(24).toString("base64url");
  const server = createServer(
    { headersTimeout: HEAD_TIMEOUT_MS, connectionsCheckingInterval: HEAD_CHECK_MS },
    (request, response) => {
      const admitted = async () => handle(admit(request, token, options.name), request, response);
      admitted().catch((error: unknown) => {
        const { status, body } = options.refusal(error);
        sendJson(response, status, body);
      });
    },
  );
  return { server, token };
}

/** @param cut ends the connections that are open at the teardown @returns the port; 0 where it has none */
async function listen(
  server: TcpServer,
  { name, teardown }: Owner,
  where: ListenOptions,
  cut: () => void,
): Promise<number> {
  teardown.defer(name, async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    cut();
    await closed;
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(where, () => {
      server.off("error", reject);
      resolve();
    });
  });
  const address = server.address();
  if (address === null) throw new Error(`${name} does not listen`);
  return typeof address === "string" ? 0 : address.port;
}

/** @throws HttpError, or what the route throws */
async function answer(
  routes: LocalServerOptions["routes"],
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const route = routes.get(path);
  if (!route) throw new HttpError(404, `unknown path ${path}`);
  if ("read" in route) {
    // HEAD is what readiness probes send; node omits the body on its own.
    if (request.method !== "GET" && request.method !== "HEAD") throw new HttpError(405, "method not allowed");
    const [, query] = (request.url ?? "").split("?");
    sendJson(response, 200, route.read(new URLSearchParams(query)));
  } else {
    if (request.method !== "POST") throw new HttpError(405, "method not allowed");
    const signal = disconnectSignal(response);
    await route.handle({ ...(await readJson(request, route.limits)), response, signal });
  }
}

/**
 * Checks whom a request comes from, before anything of it counts.
 * @returns the path behind the token
 * @throws HttpError 403
 */
function admit({ headers, socket, url = "" }: IncomingMessage, token: string, name: string): string {
  // A name that leads here (DNS rebinding) makes a page's request one to its own site.
  const isOwnAddress =
    socket.localPort === undefined
      ? FORWARDED_HOST.test(headers.host ?? "")
      : headers.host === `${HOST}:${socket.localPort}`;
  if (!isOwnAddress) {
    throw new HttpError(403, `${name} answers to its address only, not to a name for it`);
  }
  if (headers.origin !== undefined) throw new HttpError(403, `${name} does not answer web pages`);
  const [path = ""] = url.split("?");
  const [, given = "", ...rest] = path.split("/");
  if (!isSame(given, token)) {
    throw new HttpError(403, `${name} answers only the parts of its own run: their address holds a token`);
  }
  return `/${rest.join("/")}`;
}

/** Takes the same time wherever the two differ: hashes have one length. */
function isSame(given: string, expected: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
