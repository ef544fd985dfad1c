import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { JsonObject } from "../base/json.ts";
import type { Image } from "./copy/image.ts";
import type { Release } from "./release.ts";
import { standingFindings } from "./standing.ts";

/** A release with bundled plugins. @param catalogue what it names besides: packages by id */
async function release(plugins: JsonObject[], catalogue: Record<string, string> = {}): Promise<Release> {
  const packageRoot = await mkdtemp(join(tmpdir(), "standing-"));
  onTestFinished(() => rm(packageRoot, { recursive: true }));
  for (const plugin of plugins) {
    const folder = join(packageRoot, "dist/extensions", String(plugin.id));
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "openclaw.plugin.json"), JSON.stringify(plugin));
  }
  const entries = Object.entries(catalogue).map(([id, npmSpec]) => ({
    name: npmSpec,
    openclaw: { channel: { id }, install: { npmSpec } },
  }));
  await mkdir(join(packageRoot, "dist"), { recursive: true });
  await writeFile(join(packageRoot, "dist/channel-catalog.json"), JSON.stringify({ entries }));
  return { name: "openclaw@9", version: "9", packageRoot } as Release;
}

function image(config: JsonObject, more: Partial<Image> = {}): Image {
  const source = { stateDir: "/home/user/.openclaw", freeBytes: async () => undefined };
  return {
    ...{ installation: { config, source }, foreign: [], trouble: [], absent: [], bytes: 0 },
    ...more,
  } as unknown as Image;
}

test("what came with the installed release and does not with the new one is a step, with its package", async () => {
  const from = await release([
    { id: "discord" },
    { id: "telegram" },
    { id: "brave" },
    { id: "groq", providers: ["groq"] },
  ]);
  const to = await release([{ id: "telegram" }], {
    discord: "@openclaw/discord",
    groq: "@openclaw/groq-provider",
  });
  const config = {
    channels: { discord: {}, telegram: {}, "qa-channel": {} },
    plugins: { entries: { brave: {}, groq: { enabled: false }, mine: {} } },
    agents: { defaults: { model: { primary: "groq/llama", fallbacks: ["local/one"] } } },
    models: { providers: { local: { baseUrl: "http://127.0.0.1:1" } } },
  };
  const findings = await standingFindings(image(config), from, to);
  expect(findings.map(({ area, name, kind, command }) => [area, name, kind, command])).toEqual([
    ["channels", "discord", "step", "openclaw plugins install @openclaw/discord"],
    ["channels", "telegram", "unjudged", undefined],
    ["plugins", "brave", "lost", undefined],
    ["agents", "groq", "step", "openclaw plugins install @openclaw/groq-provider"],
    ["agents", "", "unjudged", undefined],
  ]);
});

test("owners, room and folders that are not there are told", async () => {
  const one = await release([]);
  const stateDir = "/home/user/.openclaw";
  const source = { stateDir, freeBytes: async () => 40 * 1024 * 1024 };
  const findings = await standingFindings(
    image({}, {
      installation: { config: {}, source },
      foreign: [`${stateDir}/a.json`],
      absent: ["/home/user/dev/desk"],
    } as unknown as Partial<Image>),
    one,
    one,
  );
  expect(findings.map(({ area, kind }) => `${area} ${kind}`)).toEqual([
    "files step",
    "files unjudged",
    "disk step",
    "agents unjudged",
  ]);
  expect(findings[1]?.text).toContain("/home/user/dev/desk");
});
