import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { testModel } from "../fixtures/gateway/src/testing/model.ts";
import { Client } from "../fixtures/gateway/test/testing/client.ts";
import { baseConfig, GatewayProcess } from "../fixtures/gateway/test/testing/gateway-process.ts";
import { findRelease } from "./fidelity/release.ts";

const run = promisify(execFile);
const found = await findRelease("2026.4.26");
/** The third, `lobster`, asks for `api.runtime.taskFlow` when its tool is made. */
const IDS = ["diffs", "llm-task"];

/**
 * The release's own plugins with what the seed adds to their manifests, in a folder of bundled plugins. They import chunks
 * of the release by relative paths, which links lead to, and packages that the release installs later.
 */
async function bundledPlugins(packageRoot: string): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "seed-manifests-"));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const [dist, extensions] = [join(root, "dist"), join(root, "dist", "extensions")];
  await mkdir(extensions, { recursive: true });
  const chunks = (await readdir(join(packageRoot, "dist"))).filter((name) => name !== "extensions");
  await Promise.all(chunks.map((name) => symlink(join(packageRoot, "dist", name), join(dist, name))));
  await symlink(dirname(packageRoot), join(root, "node_modules"));
  for (const id of IDS) {
    const folder = join(extensions, id);
    await cp(join(packageRoot, "dist", "extensions", id), folder, { recursive: true });
    const file = join(folder, "openclaw.plugin.json");
    const manifest = JSON.parse(await readFile(file, "utf8"));
    const seeded = { ...manifest, contracts: { tools: [id] }, toolMetadata: { [id]: { optional: true } } };
    await writeFile(file, JSON.stringify(seeded));
    const flags = [
      "--ignore-scripts",
      "--omit=dev",
      "--omit=peer",
      "--legacy-peer-deps",
      "--no-audit",
      "--no-fund",
    ];
    await run("npm", ["install", "--no-save", ...flags], { cwd: folder });
  }
  return extensions;
}

test.skipIf(typeof found === "string")(
  "the plugins of the seed are left alone until their optional tool is allow-listed, and then bring it",
  async () => {
    if (typeof found === "string") return;
    const model = await testModel(() => ({ text: "ok" }));
    const gateway = await GatewayProcess.create({
      ...baseConfig(),
      ...model.config(),
      agents: { defaults: { model: "mock/mock-1" } },
      plugins: {
        entries: {
          ...Object.fromEntries(IDS.map((id) => [id, { enabled: true }])),
          diffs: { enabled: true, config: { viewerBaseUrl: "https://diffs.example/view" } },
        },
      },
    });
    await gateway.start([], { OPENCLAW_BUNDLED_PLUGINS_DIR: await bundledPlugins(found.packageRoot) });
    const client = await Client.admin(gateway.port);
    const turn = async (runId: string) => {
      await client.call("agent", { message: "hello", sessionKey: "main", idempotencyKey: runId });
      await client.call("agent.wait", { runId, timeoutMs: 60_000 });
      const tools = model.requests.at(-1)?.body.tools ?? [];
      const { imports } = (await client.call("qa.plugins.loads")).payload;
      return { offered: IDS.filter((id) => JSON.stringify(tools).includes(`"name":"${id}"`)), imports };
    };

    expect(await turn("one")).toEqual({ offered: [], imports: {} });
    const { hash } = (await client.call("config.get")).payload;
    const raw = JSON.stringify({ tools: { alsoAllow: ["llm-task", "diffs"] } });
    await client.call("config.patch", { raw, baseHash: hash, restartDelayMs: 0 });
    expect(await turn("two")).toEqual({ offered: IDS, imports: { diffs: 1, "llm-task": 1 } });
  },
);
