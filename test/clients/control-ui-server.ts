import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { extname, join, normalize } from "node:path";
import type { Duplex } from "node:stream";

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".json": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
};

/**
 * Serves the page of a release as the release does, on a port of its own: its files, the page itself at every other
 * path, and WebSocket connections passed on to the gateway.
 * @param folder the page's files
 * @param gatewayPort on this machine
 */
export async function serveControlUi(
  folder: string,
  gatewayPort: number,
): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? "/", "http://page").pathname;
    // A path without an extension is a place within the page.
    const name = extname(path) === "" ? "index.html" : normalize(path);
    const body = await readFile(join(folder, name)).catch(() => undefined);
    response.writeHead(body === undefined ? 404 : 200, {
      "content-type": TYPES[extname(name)] ?? "application/octet-stream",
    });
    response.end(body);
  });
  server.on("upgrade", (request: IncomingMessage, client: Duplex, head) => {
    const gateway = connect(gatewayPort, "127.0.0.1", () => {
      const { method, url, httpVersion, rawHeaders } = request;
      const headers = rawHeaders
        .map((text, index) => (index % 2 === 0 ? `${text}: ` : `${text}\r\n`))
        .join("");
      gateway.write(`${method} ${url} HTTP/${httpVersion}\r\n${headers}\r\n`);
      gateway.write(head);
      gateway.pipe(client).pipe(gateway);
    });
    gateway.on("error", () => client.destroy());
    client.on("error", () => gateway.destroy());
    client.on("close", () => gateway.destroy());
  });
  const listening = Promise.withResolvers<void>();
  server.once("error", listening.reject).listen(0, "127.0.0.1", listening.resolve);
  await listening.promise;
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
