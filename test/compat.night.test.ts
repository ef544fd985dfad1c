import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import type { CompatReport, Row } from "../runner/compat/compat-schema.ts";
import { cacheFolder, ReleaseCache } from "../runner/gateway/openclaw/cache.ts";
import { deskPlugin, MANIFEST, PACKAGE } from "./testing/desk-plugin.ts";
import { Sandbox } from "./testing/qa.ts";
import { startSmallRegistry } from "./testing/small-registry.ts";

/** Boots of a release, on a machine that has more to do. */
const RELEASE_TIMEOUT_MS = 1_800_000;
const KEY = "desk-key-5e1f0a9c";

async function repository(send?: string): Promise<Sandbox> {
  const sandbox = await Sandbox.create();
  for (const [name, text] of Object.entries(deskPlugin(send))) await sandbox.write(`desk/${name}`, text);
  return sandbox;
}

const stateOf = ({ rows }: { rows: Row[] }, name: Row["row"]) => rows.find(({ row }) => row === name)?.state;

async function judged(sandbox: Sandbox, plugin: string, ...args: string[]) {
  const env = { DESK_KEY: KEY, GATEWAY_QA_CACHE: join(sandbox.folder, "cache") };
  const result = await sandbox.qaWith(
    env,
    "compat",
    plugin,
    ...args,
    "--releases",
    "embedded",
    "--format",
    "json",
    "--out",
    "compat.json",
  );
  const text = await readFile(join(sandbox.folder, "compat.json"), "utf8");
  const report = JSON.parse(text) as CompatReport;
  const [release] = report.releases;
  if (release === undefined) throw new Error(result.stderr);
  return { ...result, text, report, release };
}

test("a plugin is installed, called, switched and removed; what may change something only with --call", async () => {
  const sandbox = await repository();
  const first = await judged(sandbox, "desk");
  expect(first.release.verdict, first.stderr).toBe("loads");
  expect(first.exitCode).toBe(4);
  expect(first.release.rows.find(({ row }) => row === "tools")?.items).toMatchObject([
    { name: "parcel_status", state: "yes" },
    { name: "parcel_send", state: "untried" },
  ]);
  expect(first.release.rows.find(({ row }) => row === "commands")).toMatchObject({
    state: "untried",
    items: [{ name: "parcel", state: "untried", seen: "not called without --call" }],
  });

  const called = await judged(sandbox, "desk", "--call", "--secret", "DESK_KEY");
  expect(called.release.verdict, called.stderr).toBe("works");
  expect(called.exitCode).toBe(0);
  expect(called.release.rows.map(({ row, state }) => [row, state])).toEqual(
    ["install", "load", "register", "diagnostics", "tools", "commands", "off and on", "uninstall"].map(
      (row) => [row, "yes"],
    ),
  );
  expect(called.release.registers).toMatchObject({
    tools: ["parcel_send", "parcel_status"],
    commands: ["parcel"],
  });
  expect(called.release.cost?.turnMs.with).toBeGreaterThan(0);
  // The plugin has it, and prints it.
  expect(called.text).toContain("Parcel example waits, says");
  expect(called.text + called.stdout + called.stderr).not.toContain(KEY);
  expect(called.stderr.split("\n")[0]).toMatch(
    /^The plugin's code ran as you.*given DESK_KEY.*\(--call\)\.$/,
  );
  expect(await sandbox.processes()).toEqual([]);
});

test("what asks for more than this machine is blocked and named, and what a gateway does not have is the plugin's failure", async () => {
  const reaching = await judged(
    await repository('return text(await (await fetch("https://api.example.invalid/v1")).text())'),
    "desk",
    "--call",
  );
  expect(reaching.release, reaching.stderr).toMatchObject({
    verdict: "blocked",
    refused: ["api.example.invalid:443"],
  });
  expect(reaching.exitCode).toBe(4);
  const gone = await judged(await repository("return api.thatWentAway(params)"), "desk", "--call");
  expect(
    gone.release.rows.find(({ row }) => row === "tools"),
    gone.stderr,
  ).toMatchObject({
    state: "no",
    api: "api.thatWentAway",
  });
  expect([gone.release.verdict, gone.exitCode]).toEqual(["broken", 1]);
});

test("a packed plugin is judged as a folder is, and one that throws while it registers is broken with its file", async () => {
  const sandbox = await repository();
  await sandbox.write("bad/openclaw.plugin.json", JSON.stringify(MANIFEST));
  await sandbox.write("bad/package.json", JSON.stringify(PACKAGE));
  await sandbox.write(
    "bad/index.js",
    'export default { id: "desk", register() { throw new Error("no desk"); } };',
  );
  const bad = await judged(sandbox, "bad");
  expect(stateOf(bad.release, "load"), bad.stderr).toBe("no");
  // Its file as its author knows it, and not once more from the log.
  const load = bad.release.rows.find(({ row }) => row === "load");
  expect(load).toMatchObject({ seen: expect.stringMatching(/no desk \(index\.js\)$/) });
  expect(load).not.toHaveProperty("log");
  expect(bad.exitCode).toBe(1);

  const { execa } = await import("execa");
  const { stdout } = await execa("npm", ["pack", "./desk", "--silent"], { cwd: sandbox.folder });
  const packed = await judged(sandbox, `./${stdout.trim()}`, "--call");
  expect(packed.release.verdict, packed.stderr).toBe("works");
  expect(packed.report.plugin).toMatchObject({ id: "desk", name: "@qa-test/desk", version: "1.2.3" });
});

test("a command line that names no plugin is wrong, and a registry that cannot be reached is the machine's affair", async () => {
  const sandbox = await Sandbox.create();
  const nothing = await sandbox.qa("compat");
  expect(nothing.exitCode).toBe(2);
  expect(nothing.stderr).toMatch(/^error: this folder holds no plugin/);
  const closed = {
    npm_config_registry: "http://127.0.0.1:9/",
    npm_config_fetch_retries: "0",
    GATEWAY_QA_CACHE: join(sandbox.folder, "cache"),
  };
  const unreachable = await sandbox.qaWith(closed, "compat", "@qa-test/desk@1");
  expect(unreachable.stderr).toMatch(/registry-unreachable/);
  expect(unreachable.exitCode).toBe(4);

  // Nothing is asked for and nothing is installed: what still works is said.
  for (const [name, text] of Object.entries(deskPlugin())) await sandbox.write(`desk/${name}`, text);
  const none = await sandbox.qaWith(closed, "compat", "desk");
  expect(none.stderr).toMatch(
    /^error: no release is installed that the plugin is for, and the package registry/m,
  );
  expect(none.stderr).toContain("`--releases embedded` judges it");
  expect(none.exitCode).toBe(4);
});

test("a package of a private registry is installed by the gateway with the token that the repository's .npmrc names", async () => {
  const sandbox = await Sandbox.create();
  const token = "desk-registry-7b2f5e90c1";
  const packages = [deskPlugin()];
  const { url, fetched } = await startSmallRegistry(join(sandbox.folder, "published"), packages, token);
  const lines = [`@qa-test:registry=${url}`, `//${new URL(url).host}/:_authToken=\${DESK_TOKEN}`];
  await sandbox.write(".npmrc", lines.join("\n"));
  vi.stubEnv("DESK_TOKEN", token);
  vi.stubEnv("npm_config_cache", join(sandbox.folder, "npm"));
  const { release, text, stdout, stderr } = await judged(sandbox, "@qa-test/desk@1", "--call");
  expect(stateOf(release, "install"), stderr).toBe("yes");
  expect(release.verdict, stderr).toBe("works");
  const unknown = await sandbox.qa("compat", "@qa-test/desk@7");
  expect([unknown.exitCode, unknown.stderr]).toEqual([
    2,
    expect.stringMatching(/has no @qa-test\/desk@7 {2}\[usage\]/),
  ]);
  // Once to look at it, and once by the gateway.
  expect(fetched).toEqual(["@qa-test/desk", "@qa-test/desk"]);
  expect(text + stdout + stderr).not.toContain(token);
});

test.for(["2026.4.26", "2026.9.6"])(
  "a plugin is judged on the published release %s",
  {
    timeout: RELEASE_TIMEOUT_MS,
  },
  async (version, { skip }) => {
    const cache = new ReleaseCache(cacheFolder(process.env));
    skip((await cache.find(version)) === undefined, `openclaw@${version} is not installed`);
    const sandbox = await repository();
    const { stderr, exitCode } = await sandbox.qa(
      ...["compat", "desk", "--call", "--releases", version, "--format", "json", "--out", "compat.json"],
    );
    const report = JSON.parse(await readFile(join(sandbox.folder, "compat.json"), "utf8")) as CompatReport;
    const [release] = report.releases;
    if (release === undefined) throw new Error(stderr);
    for (const row of ["load", "register", "tools", "commands"] as const) {
      expect(stateOf(release, row), stderr).toBe("yes");
    }
    // 2026.4.26 leaves the copy of a folder that it has installed from, 2026.9.6 an entry that is off.
    expect(stateOf(release, "uninstall"), stderr).toBe("steps");
    expect([0, 5]).toContain(exitCode);
    expect(await sandbox.processes()).toEqual([]);
  },
);
