import pRetry from "p-retry";
import { QaError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json.ts";
import type { Redactor } from "../../base/secrets/secrets.ts";
import { stretched } from "../../base/slow.ts";
import { after } from "../../base/timers.ts";
import type { CallOptions, GatewayEvent } from "../gateway.ts";
import { droppedError, RpcError, restartedError, stoppedError, timeoutError, toRpcError } from "./errors.ts";
import {
  encodeRequest,
  type Hello,
  openSocket,
  type Response,
  type RpcSocket,
  SERVICE_RESTART,
} from "./socket.ts";

const DEFAULT_TIMEOUT_MS = 20_000;
/** Where the gateway does not say when to come back. */
const RETRY_MS = 250;
const RECONNECT = { retries: Number.POSITIVE_INFINITY, minTimeout: 10, factor: 1.5, maxTimeout: 250 };

export const WRITES_CONFIG = /^config\.(?:patch|apply|set)$/;

export interface RpcClientOptions {
  url: string;
  token: string;
  scopes: readonly string[];
  redactor: Redactor;
  /**
   * Calls whose answer was lost with the connection are sent again, and so are those that the gateway refuses for now, as
   * clients do it that hold to the protocol; not those that write the config: their sender has to look first what became of
   * them.
   */
  repeats?: boolean;
  /** The last lines of the gateway's log, for errors; empty where there is no log. */
  logTail(): string;
  onEvent(event: GatewayEvent): void;
  /** The connection came or went; with the close code when the gateway or the network ended it. */
  onChange(closeCode?: number): void;
}

interface LostConnection {
  bootId: string | undefined;
  closeCode: number;
}

interface PendingCall {
  id: string;
  method: string;
  /** The request frame. */
  text: string;
  sent: boolean;
  resolve(payload: JsonObject): void;
  reject(error: unknown): void;
}

/**
 * One operator connection that survives restarts of the gateway. Calls made while it is away are sent as
 * soon as it is back; calls that were on their way reject, because it is not known whether they took effect.
 */
export class RpcClient {
  readonly #options: RpcClientOptions;
  readonly #pending = new Map<string, PendingCall>();
  #socket: RpcSocket | undefined;
  /** Why there is no point in waiting for a connection. */
  #down: QaError | undefined = stoppedError();
  #connecting = new AbortController();
  #nextId = 1;

  constructor(options: RpcClientOptions) {
    this.#options = options;
  }

  /** What the gateway said when it let us in; undefined while there is no connection. */
  get hello(): Hello | undefined {
    return this.#socket?.hello;
  }

  /** Starts to connect, and connects again whenever the connection is lost, until `down`. */
  open(): void {
    if (!this.#down) return;
    this.#down = undefined;
    this.#connecting = new AbortController();
    void this.#connect();
  }

  /** Gives up: calls on their way and later ones reject with `error`. */
  down(error: QaError = stoppedError()): void {
    this.#down = error;
    this.#connecting.abort(error);
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
    this.#rejectAll(() => error);
    this.#options.onChange();
  }

  /**
   * One request and its answer.
   * @throws RpcError when the gateway refuses; QaError `rpc-timeout`, `gateway-restarted`, `rpc-closed`,
   *   or whatever `down` was given; the signal's reason
   */
  async call(method: string, params: unknown = {}, options: CallOptions = {}): Promise<JsonObject> {
    const { signal } = options;
    const timeoutMs = stretched(options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
    if (this.#down) throw this.#down;
    signal?.throwIfAborted();
    const id = String(this.#nextId++);
    const text = encodeRequest(id, method, params);
    return new Promise((resolve, reject) => {
      const settle = () => {
        this.#pending.delete(id);
        cancel();
        signal?.removeEventListener("abort", onAbort);
      };
      const call: PendingCall = {
        id,
        method,
        text,
        sent: false,
        resolve: (payload) => {
          settle();
          resolve(payload);
        },
        reject: (error) => {
          settle();
          reject(error);
        },
      };
      const cancel = after(timeoutMs, () =>
        call.reject(timeoutError(method, timeoutMs, call.sent, this.#options.logTail())),
      );
      const onAbort = () => call.reject(signal?.reason);
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#pending.set(id, call);
      this.#send(call);
    });
  }

  #send(call: PendingCall): void {
    if (!this.#socket || call.sent || !this.#pending.has(call.id)) return;
    call.sent = true;
    this.#socket.send(call.text);
  }

  async #connect(lost?: LostConnection): Promise<void> {
    const { signal } = this.#connecting;
    try {
      const socket = await pRetry(() => this.#openOnce(lost, signal), {
        ...RECONNECT,
        signal,
        shouldRetry: ({ error }) => !(error instanceof RpcError) || error.retryable,
      });
      if (signal.aborted) socket.close();
      else this.#adopt(socket, lost);
    } catch (error) {
      if (!signal.aborted) this.down(error instanceof QaError ? error : stoppedError());
    }
  }

  async #openOnce(lost: LostConnection | undefined, signal: AbortSignal): Promise<RpcSocket> {
    const socket = await openSocket({
      ...this.#options,
      signal,
      onResponse: (response) => this.#answer(response),
      onClose: () => {
        if (this.#socket?.closeCode !== undefined) this.#lose(this.#socket);
      },
    });
    const { bootId } = socket.hello;
    if (lost?.closeCode === SERVICE_RESTART && bootId !== undefined && bootId === lost.bootId) {
      socket.close();
      throw new Error("the gateway that is about to restart still answers");
    }
    return socket;
  }

  #adopt(socket: RpcSocket, lost: LostConnection | undefined): void {
    this.#socket = socket;
    if (lost) {
      // Sent over the lost connection: only now is it known what became of the process.
      const errorFor = lost.bootId === socket.hello.bootId ? droppedError : restartedError;
      const isRepeated = ({ method }: PendingCall) =>
        this.#options.repeats === true && lost.closeCode !== SERVICE_RESTART && !WRITES_CONFIG.test(method);
      for (const call of this.#pending.values()) if (isRepeated(call)) call.sent = false;
      this.#rejectAll(({ method }) => errorFor(method, lost.closeCode), wasSent);
    }
    for (const call of this.#pending.values()) this.#send(call);
    this.#options.onChange();
    if (socket.closeCode !== undefined) this.#lose(socket);
  }

  #lose({ hello, closeCode = 0 }: RpcSocket): void {
    this.#socket = undefined;
    if (closeCode === SERVICE_RESTART) this.#rejectAll(({ method }) => restartedError(method), wasSent);
    this.#options.onChange(closeCode);
    void this.#connect({ bootId: hello.bootId, closeCode });
  }

  #answer({ id, ok, payload, error }: Response): void {
    const call = this.#pending.get(id);
    if (!call) return;
    if (!ok) this.#refused(call, toRpcError(call.method, error, this.#options.redactor, this.hello));
    else if (payload === undefined || payload === null) call.resolve({});
    else if (typeof payload === "object" && !Array.isArray(payload)) call.resolve(payload as JsonObject);
    else call.reject(badAnswer(call.method, payload));
  }

  #refused(call: PendingCall, error: RpcError): void {
    if (!this.#options.repeats || !error.retryable || WRITES_CONFIG.test(call.method)) {
      call.reject(error);
      return;
    }
    call.sent = false;
    after(error.retryAfterMs ?? RETRY_MS, () => this.#send(call), { unref: true });
  }

  #rejectAll(
    errorFor: (call: PendingCall) => QaError,
    concerns: (call: PendingCall) => boolean = () => true,
  ): void {
    for (const call of [...this.#pending.values()]) if (concerns(call)) call.reject(errorFor(call));
  }
}

function wasSent(call: PendingCall): boolean {
  return call.sent;
}

function badAnswer(method: string, payload: unknown): QaError {
  return new QaError(
    `${method}: expected an object as the answer, got ${Array.isArray(payload) ? "an array" : typeof payload}`,
    {
      code: "bad-answer",
      fault: "product",
    },
  );
}
