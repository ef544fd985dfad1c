import { QaError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json.ts";
import type { Redactor } from "../../base/secrets/secrets.ts";
import { stretched } from "../../base/slow.ts";
import { after } from "../../base/timers.ts";
import type { GatewayEvent } from "../gateway.ts";
import { toRpcError } from "./errors.ts";

/** Protocol versions this client speaks: 3 is spring 2026, 4 what followed. */
const PROTOCOL = { minProtocol: 3, maxProtocol: 4 };
const HANDSHAKE_TIMEOUT_MS = 5000;
const NORMAL_CLOSE = 1000;
/** What a WebSocket gives for a connection that never came about, or broke. */
const NEVER_OPEN = 1006;

/** A gateway closes with this code when it restarts. */
export const SERVICE_RESTART = 1012;

/** What the gateway said about itself when it let us in. */
export interface Hello {
  protocol: number | undefined;
  version: string;
  /** Undefined for a gateway that does not say. */
  bootId: string | undefined;
  /** Names this very build. */
  buildId: string | undefined;
  /** How long its process has run, in ms; undefined for a gateway that does not say. */
  uptimeMs: number | undefined;
  /** When it said all this, by our clock. */
  receivedAt: number;
  /** The methods it knows. */
  methods: ReadonlySet<string>;
}

export interface Response {
  id: string;
  ok: boolean;
  payload: unknown;
  error: unknown;
}

export interface SocketOptions {
  url: string;
  token: string;
  scopes: readonly string[];
  redactor: Redactor;
  /** Ends the handshake. */
  signal: AbortSignal;
  onResponse(response: Response): void;
  onEvent(event: GatewayEvent): void;
  onClose(code: number): void;
}

/** A connection that the gateway has accepted. */
export interface RpcSocket {
  readonly hello: Hello;
  /** Set once the connection is closed. */
  readonly closeCode: number | undefined;
  /** @param text from `encodeRequest` */
  send(text: string): void;
  close(): void;
}

/** @throws TypeError when the params are not JSON */
export function encodeRequest(id: string, method: string, params: unknown): string {
  return JSON.stringify({ type: "req", id, method, params });
}

/**
 * Connects and goes through the handshake: challenge, connect, hello.
 * @throws RpcError when the gateway refuses, QaError `rpc-closed` when nothing answers or it hangs up
 */
export function openSocket(options: SocketOptions): Promise<RpcSocket> {
  const { url, redactor, signal } = options;
  // Node's own WebSocket is undici's, without the time it takes to load the package.
  const socket = new WebSocket(url);
  const limitMs = stretched(HANDSHAKE_TIMEOUT_MS);
  const connectId = crypto.randomUUID();

  return new Promise((resolve, reject) => {
    let accepted = false;
    let closeCode: number | undefined;
    const cancel = after(limitMs, () => fail(unreachable(`no answer to the handshake within ${limitMs} ms`)));
    const onAbort = () => fail(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    const endHandshake = () => {
      cancel();
      signal.removeEventListener("abort", onAbort);
    };
    const fail = (error: unknown) => {
      endHandshake();
      reject(error);
      socket.close();
    };
    const answer = (frame: JsonObject) => {
      if (frame.type === "event" && frame.event === "connect.challenge") {
        socket.send(encodeRequest(connectId, "connect", connectParams(options)));
      } else if (frame.type === "res" && frame.id === connectId) {
        if (frame.ok !== true)
          return fail(toRpcError("connect", frame.error, redactor, { hint: CONNECT_HINT }));
        endHandshake();
        accepted = true;
        resolve({
          hello: readHello(frame.payload),
          get closeCode() {
            return closeCode;
          },
          send: (text) => socket.send(text),
          close: () => socket.close(NORMAL_CLOSE),
        });
      }
    };

    socket.addEventListener("message", ({ data }) => {
      const frame = parseFrame(data);
      if (!frame) return;
      if (!accepted) answer(frame);
      else if (frame.type === "res") options.onResponse(toResponse(frame));
      else if (frame.type === "event") options.onEvent(toEvent(frame));
    });
    socket.addEventListener("close", ({ code, reason }) => {
      closeCode = code;
      if (accepted) options.onClose(code);
      else fail(unreachable(`closed with code ${code}${reason ? ` (${redactor.redactText(reason)})` : ""}`));
    });

    // Of a connection that is refused, Node 22 says this and never that it is closed; closing it makes it say so once more.
    const onError = () => {
      if (!accepted) fail(unreachable(`closed with code ${NEVER_OPEN}`));
    };
    socket.addEventListener("error", onError, { once: true });

    function unreachable(what: string): QaError {
      return new QaError(`cannot connect to the gateway at ${url}: ${what}`, {
        code: "rpc-closed",
        fault: "product",
      });
    }
  });
}

const CONNECT_HINT = "Check the gateway's token and the protocol versions it speaks.";

function connectParams({ token, scopes }: SocketOptions): JsonObject {
  return {
    ...PROTOCOL,
    // The one identity that keeps its scopes with a token alone on all known releases.
    client: { id: "gateway-client", version: "0.1.0", platform: process.platform, mode: "backend" },
    role: "operator",
    scopes,
    caps: [],
    commands: [],
    permissions: {},
    auth: { token },
  };
}

function readHello(payload: unknown): Hello {
  const hello = asObject(payload);
  const server = asObject(hello.server);
  const snapshot = asObject(hello.snapshot);
  const bootId = server.bootId ?? snapshot.bootId;
  const { methods } = asObject(hello.features);
  return {
    protocol: typeof hello.protocol === "number" ? hello.protocol : undefined,
    version: typeof server.version === "string" ? server.version : "unknown",
    bootId: typeof bootId === "string" ? bootId : undefined,
    buildId: typeof server.buildId === "string" ? server.buildId : undefined,
    uptimeMs: typeof snapshot.uptimeMs === "number" ? snapshot.uptimeMs : undefined,
    receivedAt: Date.now(),
    methods: new Set(Array.isArray(methods) ? methods.map(String) : []),
  };
}

function parseFrame(data: unknown): JsonObject | undefined {
  if (typeof data !== "string") return undefined;
  try {
    return asObject(JSON.parse(data));
  } catch {
    return undefined;
  }
}

function toResponse({ id, ok, payload, error }: JsonObject): Response {
  return { id: String(id), ok: ok === true, payload, error };
}

function toEvent({ event, payload }: JsonObject): GatewayEvent {
  return { event: String(event), payload: asObject(payload) };
}

function asObject(value: unknown): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}
