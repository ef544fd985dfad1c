import { expect, test } from "vitest";
import { mergePatch } from "../../base/json.ts";
import { gatewayConfig } from "../config.ts";
import { installHelpFor } from "./known-problems.ts";
import { traitsOf } from "./releases.ts";

function configFor(version: string) {
  return gatewayConfig({
    tempRoot: { workspaceDir: "/w", logPath: "/l" },
    port: 1,
    token: "t",
    modelUrl: "http://127.0.0.1:2/v1",
    busUrl: "http://127.0.0.1:3",
    patches: [...traitsOf(version).configPatches, { plugins: { allow: ["a"], load: { paths: ["/a"] } } }],
    plugins: { "qa-channel": "/channel" },
  });
}

test("2026.4.26 bundles too much, and refuses keys it does not know", () => {
  expect(traitsOf("2026.4.26").trimBundledPlugins).toBe(true);
  const config = configFor("2026.4.26");
  expect(config).not.toHaveProperty("tools");
  expect(config).toHaveProperty("commands.ownerDisplay", "raw");
});

test("2026.9.6 shows all tools and has dropped a key", () => {
  expect(traitsOf("2026.9.6").trimBundledPlugins).toBe(false);
  const config = configFor("2026.9.6");
  expect(config).toHaveProperty("tools.toolSearch", false);
  expect(config).not.toHaveProperty("commands.ownerDisplay");
});

test("upstream's scenarios find memory and pictures by the names that a release has for them", () => {
  const modelUrl = "http://127.0.0.1:2/v1";
  const found = (version: string) => traitsOf(version).surroundings(modelUrl).reduce(mergePatch);
  expect(found("2026.4.26")).toMatchObject({
    plugins: { slots: { memory: "memory-core" }, entries: { openai: { enabled: true } } },
    agents: { defaults: { imageGenerationModel: { primary: "openai/gpt-image-1" }, memorySearch: {} } },
    models: { providers: { openai: { baseUrl: modelUrl } } },
  });
  expect(found("2026.4.26")).not.toHaveProperty("memory");
  expect(found("2026.9.6")).toMatchObject({
    plugins: { slots: { memory: "memory-core" } },
    agents: { defaults: { mediaModels: { image: { primary: "openai/gpt-image-1" } } } },
    memory: { search: { remote: { baseUrl: modelUrl } } },
  });
  expect(found("2026.9.6")).not.toHaveProperty("agents.defaults.memorySearch");
});

test("a pre-release counts to its own month", () => {
  expect(traitsOf("2026.9.1-beta.1").configPatches).toContainEqual({ tools: { toolSearch: false } });
});

test("the QA channel is loaded whatever plugins the scenario asks for", () => {
  expect(configFor("2026.9.6")).toMatchObject({
    plugins: {
      allow: ["a", "qa-channel"],
      load: { paths: ["/channel", "/a"] },
      entries: { "qa-channel": { enabled: true } },
    },
  });
});

test("only releases that need it are installed with substitutes", () => {
  expect(installHelpFor("2026.4.12")).toMatchObject({
    ignoreScripts: true,
    overrides: { linkedom: "0.18.11", libsignal: expect.stringMatching(/^npm:/) },
  });
  expect(installHelpFor("2026.4.26")).toBeUndefined();
});

test.each([
  ["2026.4.26", "respawned", "note"],
  ["2026.5.18", "service", "note"],
  ["2026.9.6", "service", "versions"],
])("%s updates itself as a %s and reports the %s", (version, updatesAs, updateNotice) => {
  expect(traitsOf(version)).toMatchObject({ updatesAs, updateNotice });
});
