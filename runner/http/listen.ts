import type { Server } from "node:http";
import type { Teardown } from "../base/teardown.ts";

/**
 * Starts a server on a random port of 127.0.0.1. The teardown cuts its connections, so that no
 * held request keeps the run from ending.
 * @returns the origin, for instance `http://127.0.0.1:1234`
 */
export async function listenOnLoopback(server: Server, name: string, teardown: Teardown): Promise<string> {
  teardown.defer(name, async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      server.off("error", reject);
      resolve();
    });
  });
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error(`${name} has no port`);
  return `http://127.0.0.1:${address.port}`;
}
