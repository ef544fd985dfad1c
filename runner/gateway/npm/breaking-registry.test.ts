import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Injections } from "../../base/border-faults.ts";
import { Teardown } from "../../base/teardown.ts";
import { startBreakingRegistry } from "./breaking-registry.ts";

let teardown: Teardown;
let behind = "";

beforeEach(async () => {
  teardown = new Teardown();
  const server = createServer((request, response) => {
    const isFile = request.url?.endsWith(".tgz");
    response.writeHead(200, { "content-type": isFile ? "application/octet-stream" : "application/json" });
    response.end(isFile ? "bytes" : JSON.stringify({ dist: { tarball: `${behind}/pack/-/pack-1.0.0.tgz` } }));
  });
  teardown.defer("registry", () => server.close());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  behind = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  expect(await teardown.run(5_000)).toEqual([]);
});

async function broken(fault: string, isArmed = true) {
  const injections = new Injections([fault], "seed");
  const own = await startBreakingRegistry(`${behind}/`, { injections, teardown, isArmed: () => isArmed });
  return { own, injections };
}

test("what is asked for is passed on, and addresses of packages lead to the same place", async () => {
  const { own, injections } = await broken("network.gone", false);
  const { dist } = (await (await fetch(`${own}/pack`)).json()) as { dist: { tarball: string } };
  expect(dist.tarball).toBe(`${own}/pack/-/pack-1.0.0.tgz`);
  expect(await (await fetch(dist.tarball)).text()).toBe("bytes");
  expect(injections.asked).toEqual([{ name: "network.gone", injected: 0 }]);
});

test("a registry that is gone hangs up, once", async () => {
  const { own, injections } = await broken("network.gone@2");
  expect((await fetch(`${own}/pack`)).status).toBe(200);
  await expect(fetch(`${own}/pack`)).rejects.toThrow();
  expect((await fetch(`${own}/pack`)).status).toBe(200);
  expect(injections.asked).toEqual([{ name: "network.gone@2", injected: 1, how: "/pack" }]);
});

test("the first file, and no other answer, is not what was promised", async () => {
  const { own } = await broken("network.wrong-integrity");
  expect(await (await fetch(`${own}/pack`)).text()).not.toContain("tampered");
  const file = `${own}/pack/-/pack-1.0.0.tgz`;
  expect(await (await fetch(file)).text()).toBe("bytestampered");
  expect(await (await fetch(file)).text()).toBe("bytes");
});
