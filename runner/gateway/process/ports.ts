import { once } from "node:events";
import { createServer } from "node:net";

const LOOPBACK = "127.0.0.1";

/**
 * A loopback port that is free now. Somebody else may take it before it is used: whoever starts
 * a server on it tries again with another one.
 */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, LOOPBACK);
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("a TCP server has no port");
  return address.port;
}
