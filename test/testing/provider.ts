import { once } from "node:events";
import { createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { Teardown } from "../../runner/base/teardown.ts";
import { Wakeups } from "../../runner/base/wakeups.ts";
import type { RecordedRequest } from "../../runner/model/recorder.ts";
import { startScriptedModel } from "../../runner/model/scripted.ts";

const TEARDOWN_MS = 5000;

/** A provider on this machine: the instruction-following model behind a server that demands a key. */
export interface TestProvider {
  /** With `/v1`. */
  baseUrl: string;
  /** What reached the model, which means that the key was right. */
  requests: readonly RecordedRequest[];
  /** How many requests had the wrong key. */
  refused(): number;
}

/** Serves a provider until the test ends. */
export async function startProvider(apiKey: string): Promise<TestProvider> {
  const teardown = new Teardown();
  onTestFinished(async () => {
    await teardown.run(TEARDOWN_MS);
  });
  const model = await startScriptedModel({ teardown, wakeups: new Wakeups() });
  let refused = 0;
  const door = createServer((request, response) => {
    if (request.headers.authorization !== `Bearer ${apiKey}`) {
      refused += 1;
      response.writeHead(401, { "content-type": "application/json" });
      response.end(JSON.stringify({ error: { message: "wrong key", type: "invalid_request_error" } }));
      return;
    }
    const { method, headers, url = "/" } = request;
    const { host } = new URL(model.baseUrl);
    const inner = httpRequest(model.baseUrl + url, { method, headers: { ...headers, host } }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    inner.on("error", () => response.destroy());
    response.on("close", () => inner.destroy());
    request.pipe(inner);
  }).listen(0, "127.0.0.1");
  teardown.defer("provider", () => {
    door.closeAllConnections();
    door.close();
  });
  await once(door, "listening");
  const { port } = door.address() as AddressInfo;
  return { baseUrl: `http://127.0.0.1:${port}/v1`, requests: model.requests, refused: () => refused };
}
