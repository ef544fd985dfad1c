import { afterEach, expect, test, vi } from "vitest";
import { Secrets } from "../../base/secrets/secrets.ts";
import { openSocket } from "./socket.ts";

afterEach(() => vi.unstubAllGlobals());

/** As Node 22 has it. */
class Refused extends EventTarget {
  constructor() {
    super();
    queueMicrotask(() => this.dispatchEvent(new Event("error")));
  }

  close(): void {
    this.dispatchEvent(new Event("error"));
  }
}

test("a connection that is refused is given up at once, also where only an error says so", {
  timeout: 5000,
}, async () => {
  vi.stubGlobal("WebSocket", Refused);
  // The handshake would be waited for until its limit.
  vi.useFakeTimers();
  const refused = openSocket({
    ...{ url: "ws://127.0.0.1:9", token: "", scopes: [], redactor: new Secrets([]) },
    signal: new AbortController().signal,
    ...{ onResponse: () => {}, onEvent: () => {}, onClose: () => {} },
  });
  await expect(refused).rejects.toMatchObject({
    code: "rpc-closed",
    message: expect.stringMatching(/closed with code 1006$/),
  });
  vi.useRealTimers();
});
