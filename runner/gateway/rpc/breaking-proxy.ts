import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { type Injections, LATE_MS } from "../../base/border-faults.ts";
import { isJsonObject } from "../../base/json.ts";
import type { Teardown } from "../../base/teardown.ts";
import { after, type Cancel, delay } from "../../base/timers.ts";
import { WRITES_CONFIG } from "./client.ts";

const HOST = "127.0.0.1";
/** How long a call waits for the next one. */
const NEXT_MS = 1_000;
/** The run asks these itself, again and again. */
const PROBES: ReadonlySet<string> = new Set(["connect", "health", "qa.gateway.status"]);
/** Without what compresses messages, each stands for itself. */
const EXTENSIONS = /^sec-websocket-extensions:.*\r\n/im;
const HEAD_END = "\r\n\r\n";

export interface BreakingProxyOptions {
  injections: Injections;
  teardown: Teardown;
  /** Calls are counted from then on. */
  isArmed(): boolean;
  /** A call that writes the config is about to be passed on. */
  editConfig(): Promise<void>;
}

/**
 * Stands between the run's client and the gateway, and breaks what goes over the connection between the two.
 * @param port where the gateway listens, or will
 * @returns where the client connects instead
 */
export async function startBreakingProxy(port: number, options: BreakingProxyOptions): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const gateway = connect(port, HOST);
    for (const socket of [client, gateway]) {
      sockets.add(socket);
      socket.setNoDelay();
      socket.once("close", () => sockets.delete(socket));
    }
    new Connection(client, gateway, options).run();
  });
  options.teardown.defer("proxy of the gateway's connection", async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  });
  server.listen(0, HOST);
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("the proxy has no port");
  return address.port;
}

interface Request {
  id: string;
  method: string;
}

class Connection {
  readonly #client: Socket;
  readonly #gateway: Socket;
  readonly #options: BreakingProxyOptions;
  /** The connection is cut instead of the answer to this call. */
  #cutAt: Request | undefined;
  /** Waits for the next call. */
  #held: { frame: Buffer; cancel: Cancel } | undefined;

  constructor(client: Socket, gateway: Socket, options: BreakingProxyOptions) {
    this.#client = client;
    this.#gateway = gateway;
    this.#options = options;
  }

  run(): void {
    void this.#pump(this.#client, this.#gateway, (frame) => this.#fromClient(frame));
    void this.#pump(this.#gateway, this.#client, async (frame) => this.#fromGateway(frame));
  }

  async #pump(from: Socket, to: Socket, handle: (frame: Buffer) => Promise<void>): Promise<void> {
    try {
      let rest = Buffer.alloc(0);
      let isHead = true;
      for await (const chunk of from as AsyncIterable<Buffer>) {
        rest = Buffer.concat([rest, chunk]);
        if (isHead) {
          const end = rest.indexOf(HEAD_END);
          if (end === -1) continue;
          isHead = false;
          to.write(rest.toString("latin1", 0, end + HEAD_END.length).replace(EXTENSIONS, ""), "latin1");
          rest = rest.subarray(end + HEAD_END.length);
        }
        for (let length = frameLength(rest); length !== undefined; length = frameLength(rest)) {
          const frame = rest.subarray(0, length);
          rest = rest.subarray(length);
          await handle(frame);
        }
      }
      to.end();
    } catch {
      // One of the two is gone, and so is the connection.
      to.destroy();
      from.destroy();
    } finally {
      this.#ended();
    }
  }

  async #fromClient(frame: Buffer): Promise<void> {
    const { injections, isArmed, editConfig } = this.#options;
    const request = requestIn(frame);
    if (!request || PROBES.has(request.method) || !isArmed()) return this.#pass(frame);
    const { method } = request;
    if (WRITES_CONFIG.test(method) && injections.pass("config call") === "files.edited") await editConfig();
    const fault = injections.pass("call");
    if (fault === "rpc.reorder") {
      const cancel = after(NEXT_MS, () => {
        injections.miss(fault);
        this.#letGo();
      });
      this.#letGo();
      this.#held = { frame, cancel };
      return;
    }
    if (fault === "rpc.cut") this.#cutAt = request;
    if (fault === "rpc.delay") await delay(LATE_MS);
    this.#pass(frame);
    if (fault === "rpc.duplicate") this.#pass(frame);
    if (fault !== undefined) injections.note(fault, method);
    if (this.#held) injections.note("rpc.reorder", `after ${method}`);
    this.#letGo();
  }

  #fromGateway(frame: Buffer): void {
    const cut = this.#cutAt;
    if (cut && textOf(frame)?.includes(JSON.stringify(cut.id)) && answerIn(frame) === cut.id) {
      this.#cutAt = undefined;
      this.#client.destroy();
      this.#gateway.destroy();
      return;
    }
    this.#client.write(frame);
  }

  #pass(frame: Buffer): void {
    this.#gateway.write(frame);
  }

  #letGo(): void {
    this.#held?.cancel();
    if (this.#held) this.#pass(this.#held.frame);
    this.#held = undefined;
  }

  #ended(): void {
    const { injections } = this.#options;
    if (this.#cutAt) injections.miss("rpc.cut");
    if (this.#held) injections.miss("rpc.reorder");
    this.#cutAt = undefined;
    this.#held?.cancel();
    this.#held = undefined;
  }
}

/** How long the WebSocket frame at the beginning is; undefined while it is not whole. */
function frameLength(bytes: Buffer): number | undefined {
  const head = headOf(bytes);
  if (!head || bytes.length < head.end + head.length) return undefined;
  return head.end + head.length;
}

/** Where the head of a frame ends, and how long what follows is. */
function headOf(bytes: Buffer): { end: number; length: number; mask: Buffer | undefined } | undefined {
  const [, second] = bytes;
  if (second === undefined) return undefined;
  const short = second & 0x7f;
  const start = short === 127 ? 10 : short === 126 ? 4 : 2;
  const isMasked = (second & 0x80) !== 0;
  const end = start + (isMasked ? 4 : 0);
  if (bytes.length < end) return undefined;
  const length =
    short === 127 ? Number(bytes.readBigUInt64BE(2)) : short === 126 ? bytes.readUInt16BE(2) : short;
  return { end, length, mask: isMasked ? bytes.subarray(start, end) : undefined };
}

const WHOLE_TEXT = 0x81;

/** @param frame a whole one; undefined for what is no text, or a part of one */
function textOf(frame: Buffer): string | undefined {
  const head = headOf(frame);
  if (!head || frame[0] !== WHOLE_TEXT) return undefined;
  const payload = Buffer.from(frame.subarray(head.end));
  const { mask } = head;
  if (mask)
    for (let at = 0; at < payload.length; at += 1) payload[at] = byte(payload, at) ^ byte(mask, at % 4);
  return payload.toString("utf8");
}

function byte(bytes: Buffer, at: number): number {
  return bytes[at] ?? 0;
}

function messageIn(frame: Buffer): Record<string, unknown> | undefined {
  try {
    const message: unknown = JSON.parse(textOf(frame) ?? "");
    return isJsonObject(message) ? message : undefined;
  } catch {
    return undefined;
  }
}

function requestIn(frame: Buffer): Request | undefined {
  const { type, id, method } = messageIn(frame) ?? {};
  return type === "req" && typeof method === "string" ? { id: String(id), method } : undefined;
}

function answerIn(frame: Buffer): string | undefined {
  const { type, id } = messageIn(frame) ?? {};
  return type === "res" ? String(id) : undefined;
}
