import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { WireClient } from "./fidelity/wire-client.ts";
import { InstalledGateway } from "./testing/installed-gateway.ts";

const exec = promisify(execFile);
const AT_ONCE = { enabled: true, stableDelayHours: 0, stableJitterHours: 0 };

/** What a client is greeted with. */
async function hello({ endpoint }: InstalledGateway): Promise<Record<string, unknown>> {
  const client = new WireClient(endpoint);
  try {
    return await client.connect(endpoint, 4);
  } finally {
    client.close();
  }
}

test("a gateway that may updates itself, outside of any request", async () => {
  const gateway = await InstalledGateway.create("1.0.0");
  await gateway.writeConfig({ update: { auto: AT_ONCE } });
  await gateway.start();
  await gateway.runs("1.1.0");
  expect(gateway.output).toContain("update available (latest): v1.1.0 (current v1.0.0)");
  expect(await gateway.readState("update-check.json")).toMatchObject({ autoLastAttemptVersion: "1.1.0" });
  expect(await gateway.readState("update-auto.log")).toMatchObject({ status: "ok", mode: "npm" });
  // The command line keeps the channel that it was given, as in the releases.
  expect(await gateway.readState("openclaw.json")).toMatchObject({ update: { channel: "stable" } });
});

test("OPENCLAW_NO_AUTO_UPDATE stops it, and the hint stays", async () => {
  const gateway = await InstalledGateway.create("1.0.0");
  await gateway.writeConfig({ update: { auto: AT_ONCE } });
  await gateway.start({ OPENCLAW_NO_AUTO_UPDATE: "1" });
  await expect.poll(() => gateway.output).toContain("auto-update disabled by OPENCLAW_NO_AUTO_UPDATE");
  expect(gateway.output).toContain("update available (latest): v1.1.0");
  await gateway.runs("1.0.0");
  expect(await gateway.readState("update-check.json")).not.toHaveProperty("autoLastAttemptVersion");
});

test("without being asked to, a gateway only says that there is a new version, or not even that", async () => {
  const gateway = await InstalledGateway.create("1.0.0");
  await gateway.writeConfig({});
  await gateway.start();
  await expect.poll(() => gateway.output).toContain("update available (latest): v1.1.0");
  const known = { currentVersion: "1.0.0", latestVersion: "1.1.0", channel: "latest" };
  expect((await hello(gateway)).snapshot).toMatchObject({ updateAvailable: known });
  await gateway.stop();
  const quiet = await InstalledGateway.create("1.0.0");
  await quiet.writeConfig({ update: { checkOnStart: false } });
  await quiet.start();
  await quiet.runs("1.0.0");
  expect((await hello(quiet)).snapshot).not.toHaveProperty("updateAvailable");
  await expect(quiet.readState("update-check.json")).rejects.toThrow("ENOENT");
  expect(quiet.output).not.toContain("update available");
});

test("--channel beta follows the beta, and is kept", async () => {
  const gateway = await InstalledGateway.create("1.0.0");
  await gateway.writeConfig({ update: { checkOnStart: false } });
  await gateway.start();
  const { code, answer, stderr } = await gateway.cli("update", "--channel", "beta");
  expect(answer, stderr).toMatchObject({
    status: "ok",
    after: { version: "1.2.0-beta.1" },
    restart: { version: "1.2.0-beta.1" },
  });
  expect(code).toBe(0);
  await gateway.runs("1.2.0-beta.1");
  expect(await gateway.readState("openclaw.json")).toMatchObject({
    update: { channel: "beta", checkOnStart: false },
  });
  const wrong = await gateway.cli("update", "--channel", "nightly");
  expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining('(got "nightly")') });
  const dev = await gateway.cli("update", "--channel", "dev");
  expect(dev).toMatchObject({ code: 1, stderr: expect.stringContaining("git checkout") });
});

/** npm with the settings of the gateway's registry. */
async function npm(gateway: InstalledGateway, cwd: string, ...args: string[]): Promise<void> {
  const { npm_config_registry: registry = "" } = gateway.env;
  const login = `--//${new URL(registry).host}/:_authToken=none`;
  await exec("npm", [...args, login], { cwd, env: { ...process.env, ...gateway.env, HOME: gateway.folder } });
}

async function publishPlugin(gateway: InstalledGateway, version: string): Promise<void> {
  const folder = join(gateway.folder, `plugin-${version}`);
  await mkdir(folder);
  const manifest = { id: "lamp", name: "Lamp", version, configSchema: { type: "object" } };
  const files = {
    "package.json": {
      name: "lamp",
      version,
      type: "module",
      main: "index.js",
      openclaw: { extensions: ["./index.js"] },
    },
    "openclaw.plugin.json": manifest,
  };
  for (const [name, value] of Object.entries(files))
    await writeFile(join(folder, name), JSON.stringify(value));
  await writeFile(join(folder, "index.js"), 'export default { id: "lamp", register() {} };\n');
  await npm(gateway, folder, "publish");
}

test("plugins are updated by the new version, and one that cannot be fails the update and stops the restart", async () => {
  const gateway = await InstalledGateway.create("1.0.0");
  await gateway.writeConfig({ update: { checkOnStart: false } });
  await publishPlugin(gateway, "1.0.0");
  expect(await gateway.cli("plugins", "install", "lamp")).toMatchObject({ code: 0 });
  await gateway.start();
  await publishPlugin(gateway, "1.1.0");
  const updated = await gateway.cli("update", "--tag", "1.1.0");
  expect(updated, gateway.output).toMatchObject({
    code: 0,
    answer: {
      status: "ok",
      postUpdate: {
        plugins: {
          status: "ok",
          changed: true,
          npm: {
            outcomes: [{ pluginId: "lamp", status: "updated", message: "Updated lamp: 1.0.0 -> 1.1.0." }],
          },
        },
      },
    },
  });
  await gateway.runs("1.1.0");

  await npm(gateway, gateway.folder, "unpublish", "lamp", "--force");
  const failed = await gateway.cli("update", "--tag", "beta");
  expect(failed).toMatchObject({
    code: 1,
    answer: {
      status: "error",
      reason: "post-update-plugins",
      after: { version: "1.2.0-beta.1" },
      restart: null,
      postUpdate: {
        plugins: { status: "error", npm: { outcomes: [{ pluginId: "lamp", status: "error" }] } },
      },
    },
  });
  const { answer } = await gateway.cli("update", "status");
  expect(answer).toMatchObject({
    installed: "1.2.0-beta.1",
    running: "1.1.0",
    sentinel: { kind: "update", status: "error", stats: { reason: "post-update-plugins" } },
  });
});
