import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { cacheFolder, ReleaseCache } from "../runner/gateway/openclaw/cache.ts";
import { Sandbox } from "./testing/qa.ts";
import { startSmallRegistry } from "./testing/small-registry.ts";
import { TIDE_PLUGIN, TIDE_WORDS, tideScenario } from "./testing/tide-plugin.ts";

const KEY = "tide-key-5e1f0a9c";
const RELEASE = "2026.4.26";
const NPM = '{ npm: "@qa-test/tide-plugin@1" }';

test("a plugin of the registry is installed with its dependencies and without its scripts, and from then on without the registry", async () => {
  const sandbox = await Sandbox.create();
  const registry = await startSmallRegistry(join(sandbox.folder, "published"), [TIDE_PLUGIN, TIDE_WORDS]);
  await sandbox.write("pack/tide.md", tideScenario(NPM));
  const cache = join(sandbox.folder, "cache");
  const env = {
    TIDE_KEY: KEY,
    GATEWAY_QA_CACHE: cache,
    npm_config_registry: registry.url,
    npm_config_cache: join(sandbox.folder, "npm"),
    npm_config_fetch_retries: "0",
  };
  const run = () => sandbox.qaWith(env, "run", "--pack", "pack", "--trust");
  const first = await run();
  expect(first.exitCode, first.stdout).toBe(0);
  expect([...registry.fetched].sort()).toEqual(["@qa-test/tide-plugin", "qa-test-tide-words"]);
  const events = await readFile(join(sandbox.reportFolder, "events.jsonl"), "utf8");
  const starting = events.split("\n").filter((line) => line.includes('"gateway-starting"'));
  expect(starting.map((line) => JSON.parse(line).waitsFor)).toEqual([
    "the install of the plugin @qa-test/tide-plugin@1 from the package registry",
    undefined,
  ]);
  const [folder = ""] = await readdir(join(cache, "plugins"));
  expect(folder).toMatch(/^@qa-test\+tide-plugin@1\.2\.3-[0-9a-f]{16}$/);
  const installed = join(cache, "plugins", folder, "node_modules", "@qa-test", "tide-plugin");
  expect(existsSync(installed)).toBe(true);
  expect(existsSync(join(installed, "scripts-ran"))).toBe(false);
  expect(existsSync(join(cache, "plugins", folder, "node_modules", "openclaw"))).toBe(false);

  const again = await run();
  expect(again.exitCode, again.stdout).toBe(0);
  expect(registry.fetched).toHaveLength(2);
  registry.close();
  const offline = await run();
  expect(offline.exitCode, offline.stdout).toBe(0);
});

test("a registry that cannot be reached is the machine's fault, a package that it does not have the scenario's", async () => {
  const sandbox = await Sandbox.create();
  const registry = await startSmallRegistry(join(sandbox.folder, "published"), []);
  await sandbox.write("pack/tide.md", tideScenario(NPM));
  const env = {
    TIDE_KEY: KEY,
    GATEWAY_QA_CACHE: join(sandbox.folder, "cache"),
    npm_config_registry: registry.url,
    npm_config_cache: join(sandbox.folder, "npm"),
    npm_config_fetch_retries: "0",
  };
  const run = () => sandbox.qaWith(env, "run", "--pack", "pack", "--trust");
  const unknown = await run();
  expect(unknown.report?.scenarios[0]?.failure).toMatchObject({ code: "unknown-package", fault: "scenario" });
  registry.close();
  const unreachable = await run();
  expect(unreachable.exitCode).toBe(4);
  expect(unreachable.report?.scenarios[0]?.failure).toMatchObject({
    code: "registry-unreachable",
    fault: "environment",
  });
});

test("a private registry that the repository's .npmrc names with a variable is used as npm would, and its token is in no output", async () => {
  const sandbox = await Sandbox.create();
  const token = "tide-registry-7b2f5e90c1";
  const packages = [TIDE_PLUGIN, TIDE_WORDS];
  const registry = await startSmallRegistry(join(sandbox.folder, "published"), packages, token);
  const lines = [`registry=${registry.url}`, `//${new URL(registry.url).host}/:_authToken=\${DESK_TOKEN}`];
  await sandbox.write(".npmrc", lines.join("\n"));
  await sandbox.write("pack/tide.md", tideScenario(NPM));
  const env = {
    TIDE_KEY: KEY,
    GATEWAY_QA_CACHE: join(sandbox.folder, "cache"),
    npm_config_cache: join(sandbox.folder, "npm"),
    npm_config_fetch_retries: "0",
  };
  const run = (variables = {}) =>
    sandbox.qaWith({ ...env, ...variables }, "run", "--pack", "pack", "--trust");
  const stranger = await run();
  expect(stranger.exitCode, stranger.stdout).toBe(4);
  expect(stranger.report?.scenarios[0]?.failure).toMatchObject({
    code: "registry-refused",
    fault: "environment",
  });
  const known = await run({ DESK_TOKEN: token });
  expect(known.exitCode, known.stdout).toBe(0);
  expect([...registry.fetched].sort()).toEqual(["@qa-test/tide-plugin", "qa-test-tide-words"]);
  for (const { stdout, stderr, report } of [stranger, known]) {
    expect(stdout + stderr + JSON.stringify(report)).not.toContain(token);
  }
});

test("a failure names what a fake was asked and has no answer for", async () => {
  const sandbox = await Sandbox.create();
  for (const [name, text] of Object.entries(TIDE_PLUGIN)) await sandbox.write(`plugin/${name}`, text);
  for (const [name, text] of Object.entries(TIDE_WORDS))
    await sandbox.write(`plugin/node_modules/qa-test-tide-words/${name}`, text);
  await sandbox.write("plugin/qa/tide.md", tideScenario("{ path: .. }", "/v2/tide"));
  const run = await sandbox.qaWith({ TIDE_KEY: KEY }, "run", "--pack", "plugin/qa", "--trust");
  expect(run.exitCode).toBe(1);
  expect(run.report?.scenarios[0]?.failure?.details).toContain(
    "the fake of tides has no answer for GET /v1/tide (404)",
  );
  expect(run.stdout).toContain("the fake of tides has no answer for GET /v1/tide (404)");
});

test("on a published release a plugin by path reaches its fake and gets its secret", {
  timeout: 400_000,
}, async ({ skip }) => {
  const installed = await new ReleaseCache(cacheFolder(process.env)).find(RELEASE);
  skip(!installed, `openclaw@${RELEASE} is not installed: \`qa gateway install openclaw@${RELEASE}\``);
  const sandbox = await Sandbox.create();
  for (const [name, text] of Object.entries(TIDE_PLUGIN)) await sandbox.write(`plugin/${name}`, text);
  for (const [name, text] of Object.entries(TIDE_WORDS))
    await sandbox.write(`plugin/node_modules/qa-test-tide-words/${name}`, text);
  await sandbox.write("plugin/qa/tide.md", tideScenario("{ path: .. }"));
  const target = ["--gateway", `openclaw@${RELEASE}`];
  const run = await sandbox.qaWith({ TIDE_KEY: KEY }, "run", "--pack", "plugin/qa", "--trust", ...target);
  expect(run.exitCode, run.stdout).toBe(0);
});

test("a packed plugin gets no further than this machine, which is noted; its scripts run where that is allowed", async () => {
  const sandbox = await Sandbox.create();
  const registry = await startSmallRegistry(join(sandbox.folder, "published"), [TIDE_WORDS]);
  const files = {
    ...TIDE_PLUGIN,
    "index.js": `import { existsSync } from "node:fs";
${TIDE_PLUGIN["index.js"]}
console.log("scripts ran:", existsSync(new URL("scripts-ran", import.meta.url)));
fetch("https://tides.example.invalid/v1").catch((error) => console.log("refused:", error.cause.code, process.env.HOME));
`,
  };
  for (const [name, text] of Object.entries(files)) await sandbox.write(`pack/plugin/${name}`, text);
  await execa("npm", ["pack", "./plugin", "--silent"], { cwd: join(sandbox.folder, "pack") });
  await sandbox.write("pack/tide.md", tideScenario("{ path: ./qa-test-tide-plugin-1.2.3.tgz }"));
  const env = {
    TIDE_KEY: KEY,
    npm_config_registry: registry.url,
    npm_config_cache: join(sandbox.folder, "npm"),
    npm_config_fetch_retries: "0",
  };
  for (const allowed of [false, true]) {
    const args = allowed ? ["--allow-scripts"] : [];
    const { exitCode, stdout, stderr, report } = await sandbox.qaWith(
      env,
      ...["run", "--pack", "pack", "--trust"],
      ...args,
    );
    expect(exitCode, stdout + stderr).toBe(0);
    expect(stderr).toMatch(
      new RegExp(
        `tgz gets a HOME of its own and TIDE_KEY; .*install scripts ${allowed ? "run" : "do not run"}`,
      ),
    );
    const page = await readFile(join(sandbox.reportFolder, "report.md"), "utf8");
    expect(page.split("\n")[2]).toContain("gets a HOME of its own and TIDE");
    expect(report?.allowed).toEqual([expect.stringContaining("gets a HOME of its own and TIDE_KEY")]);
    const evidence = sandbox.reportFolder;
    const found = (await readdir(evidence, { recursive: true })).filter((name) =>
      /refused-|gateway\.log$/.test(name),
    );
    const texts = await Promise.all(found.map((name) => readFile(join(evidence, name), "utf8")));
    expect(texts.join("\n")).toContain('"to":"tides.example.invalid:443"');
    expect(texts.join("\n")).toContain(`scripts ran: ${allowed}`);
    expect(texts.join("\n")).toMatch(/refused: ECONNREFUSED \S*gateway-qa-/);
  }
});
