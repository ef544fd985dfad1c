import type { GatewayUnderTest } from "../../runner/gateway/gateway.ts";

type Json = Record<string, unknown>;

type Endpoint = Pick<GatewayUnderTest, "wsUrl" | "token">;

interface Frame {
  type: string;
  id?: string;
  ok?: boolean;
  event?: string;
  payload?: Json;
  error?: Json;
}

const PATIENCE_MS = 20_000;

/** A client that speaks one protocol and keeps every frame as it came. */
export class WireClient {
  readonly frames: Frame[] = [];
  readonly #socket: WebSocket;
  #wake: (() => void)[] = [];
  #calls = 0;

  constructor({ wsUrl }: Endpoint) {
    this.#socket = new WebSocket(wsUrl);
    this.#socket.onmessage = ({ data }) => {
      this.frames.push(JSON.parse(String(data)));
      for (const wake of this.#wake.splice(0)) wake();
    };
  }

  /** Says hello. @returns the payload of `hello-ok`. @throws Error when it is refused */
  async connect({ token }: Endpoint, protocol: 3 | 4, scopes = ["operator.admin"]): Promise<Json> {
    await this.until(({ event }) => event === "connect.challenge");
    const { ok, payload, error } = await this.call("connect", {
      minProtocol: protocol,
      maxProtocol: protocol,
      client: { id: "gateway-client", version: "1.0.0", platform: "linux", mode: "backend" },
      role: "operator",
      scopes,
      auth: { token },
    });
    if (!ok || payload === undefined) throw new Error(`connect was refused: ${JSON.stringify(error)}`);
    return payload;
  }

  /** The first answer to a request. */
  async call(method: string, params: unknown = {}): Promise<Frame> {
    this.#calls += 1;
    const id = `call-${this.#calls}`;
    this.#socket.send(JSON.stringify({ type: "req", id, method, params }));
    return this.until((frame) => frame.type === "res" && frame.id === id);
  }

  /** The first frame that fits, even if it is here already. @throws Error when none comes */
  async until(fits: (frame: Frame) => boolean): Promise<Frame> {
    const limit = AbortSignal.timeout(PATIENCE_MS);
    for (;;) {
      const found = this.frames.find(fits);
      if (found !== undefined) return found;
      if (limit.aborted) throw new Error(`no such frame within ${PATIENCE_MS} ms`);
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake.push(resolve);
      limit.addEventListener("abort", () => resolve(), { once: true });
      await promise;
    }
  }

  close(): void {
    this.#socket.close();
  }
}
