import { once } from "node:events";
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { Teardown } from "../../base/teardown.ts";
import { requireNpm, runNpm } from "../../gateway/npm/npm.ts";
import { openPackageDoor, registryAt } from "./registry.ts";
import { upstreamOf } from "./upstream.ts";

const SIGNAL = AbortSignal.timeout(120_000);

/** A registry of packages that need each other, and of one that nothing needs; it keeps what it was asked. */
async function fakeRegistry(folder: string) {
  const asked: Pick<IncomingMessage, "method" | "url" | "headers">[] = [];
  const packages = { "@acme/desk": { "acme-lamp": "^1.0.0" }, "acme-lamp": {}, "acme-secret": {} };
  const files = new Map<string, Buffer>();
  for (const [name, dependencies] of Object.entries(packages)) {
    const source = join(folder, name.replace("/", "-"));
    await mkdir(source);
    await writeFile(join(source, "package.json"), JSON.stringify({ name, version: "1.0.0", dependencies }));
    const { stdout } = await runNpm(["pack", "--json"], { cwd: source, env: process.env, signal: SIGNAL });
    const [packed] = [Object.values(JSON.parse(stdout))].flat() as { filename: string }[];
    files.set(name, await readFile(join(source, packed?.filename ?? "")));
  }
  const server = createServer(({ method, url = "", headers }, response) => {
    asked.push({ method, url, headers });
    const [name = "", file] = decodeURIComponent(url).slice(1).split("/-/");
    const content = files.get(name);
    if (content === undefined) return response.writeHead(404).end("{}");
    if (file !== undefined) return response.end(content);
    const version = {
      ...{ name, version: "1.0.0", dependencies: packages[name as keyof typeof packages] },
      dist: { tarball: `${origin}/${name}/-/any.tgz` },
    };
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ name, "dist-tags": { latest: "1.0.0" }, versions: { "1.0.0": version } }));
  }).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const origin = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  return { asked, origin };
}

async function offered() {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "packages-")));
  const teardown = new Teardown();
  onTestFinished(async () => {
    await teardown.run(10_000);
    await rm(folder, { recursive: true, force: true });
  });
  const { asked, origin } = await fakeRegistry(folder);
  const env = { ...process.env, npm_config_registry: origin };
  const door = await openPackageDoor(["@acme/desk"], { cwd: folder, env, signal: SIGNAL, teardown });
  const registry = await registryAt(door, { teardown });
  const copy = join(folder, "copy");
  await mkdir(copy);
  return { asked, registry, copy, settings: registry.env(copy) };
}

test("npm installs in a copy what the new release names, and what that needs", async () => {
  const { registry, copy, settings } = await offered();
  const npm = { cwd: copy, env: { ...process.env, ...settings }, signal: SIGNAL };
  const failed = { message: "npm failed", code: "npm-failed" };
  await writeFile(join(copy, "package.json"), "{}");
  await requireNpm(["install", "@acme/desk"], npm, failed);
  const lamp = await readFile(join(copy, "node_modules", "acme-lamp", "package.json"), "utf8");
  expect(JSON.parse(lamp)).toMatchObject({ version: "1.0.0" });
  expect(await runNpm(["view", "acme-secret"], npm)).toMatchObject({ ok: false });
  expect(await registry.asked()).toEqual({
    fetched: ["@acme/desk@1.0.0", "acme-lamp@1.0.0"],
    refused: ["acme-secret"],
  });
});

test("what a copy asks takes nothing out with it", async () => {
  const { asked, settings } = await offered();
  const { npm_config_registry: address = "" } = settings;
  const said = "what-was-said-in-confidence";
  const status = async (path: string, init: RequestInit = {}) =>
    (await fetch(`${address}${path}`, { ...init, headers: { "x-note": said, "user-agent": said } })).status;
  expect(await status(`@acme%2fdesk?note=${said}`)).toBe(200);
  expect(await status(`@acme/desk/-/1.0.0.tgz?note=${said}`)).toBe(200);
  expect(await status(`@acme/desk/-/${said}.tgz`)).toBe(404);
  expect(await status(said)).toBe(404);
  expect(await status(`@acme%2fdesk%2f..%2f${said}`)).toBe(404);
  expect(await status("-/v1/search?text=a")).toBe(404);
  for (const method of ["POST", "PUT", "DELETE"]) expect(await status("@acme%2fdesk", { method })).toBe(405);
  expect((await fetch(new URL("/@acme%2fdesk", address))).status).toBe(403);
  expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
    "GET /@acme%2fdesk",
    "GET /@acme/desk/-/any.tgz",
  ]);
  expect(JSON.stringify(asked)).not.toContain(said);
});

test("a scope has its own registry, and the most exact place its token", () => {
  const npmrc = `
//npm.example/:_authToken=one
//npm.example/team/:_authToken = two
@acme:registry=https://npm.example/team/
; a remark`;
  const upstream = upstreamOf({ npm_config_registry: "https://npm.example/" }, npmrc);
  expect(upstream.registryOf("left")).toBe("https://npm.example");
  expect(upstream.registryOf("@acme/desk")).toBe("https://npm.example/team");
  expect(upstream.headersFor("https://npm.example/left")).toEqual({ authorization: "Bearer one" });
  expect(upstream.headersFor("https://npm.example/team/x")).toEqual({ authorization: "Bearer two" });
  expect(upstream.headersFor("https://elsewhere.example/x")).toEqual({});
});
