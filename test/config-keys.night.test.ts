import { expect, test } from "vitest";
import { formatPath } from "../fixtures/gateway/src/base/config-path.ts";
import { isJsonObject, type JsonObject } from "../fixtures/gateway/src/base/json.ts";
import { compileCheck } from "../fixtures/gateway/src/base/schema-check.ts";
import { CONFIG_SCHEMA } from "../fixtures/gateway/src/config/schema.ts";
import { schemaKeys } from "../fixtures/gateway/src/config/schema-keys.ts";
import { keysWithoutEffect } from "../fixtures/gateway/src/config/without-effect.ts";
import { configWith, valuesFor } from "./fidelity/config-keys.ts";
import { readRows } from "./fidelity/rows.ts";
import { Sandbox, scenarioText } from "./testing/qa.ts";

/** With either of its values nothing is the same as in releases but the catalogue of models, which is not here. */
const NEVER_MATTERS = "models.mode";

interface Setting {
  key: string;
  config: JsonObject;
  /** As the gateway names it in its diagnostic. */
  path: string;
  blocks: boolean;
}

/** Configs that set the keys of releases which are missing here, one each, and the keys that no config can set. */
async function settings(): Promise<{ accepted: Setting[]; refused: string[] }> {
  const check = await compileCheck(CONFIG_SCHEMA);
  const places = new Map(schemaKeys(CONFIG_SCHEMA).map((place) => [place.path.join("."), place]));
  const rows = (await readRows("config")).filter(({ verdict }) => verdict === "missing");
  const accepted: Setting[] = [];
  const refused: string[] = [];
  for (const key of new Set(rows.map(({ name }) => name))) {
    if (key === NEVER_MATTERS) continue;
    const { path = key.split("."), schema = {} } = places.get(key) ?? {};
    const configs = [...valuesFor(schema), false].map((value) => configWith(CONFIG_SCHEMA, path, value));
    const valid = configs.filter(isJsonObject).filter((config) => check(config).length === 0);
    const [found] = valid.flatMap((config) => {
      const [warning, ...others] = keysWithoutEffect(config);
      expect(others, key).toEqual([]);
      if (warning === undefined) return [];
      const blocks = warning.code === "config.keyWithoutEffect";
      return [{ key, config, path: formatPath(warning.keys), blocks }];
    });
    if (valid.length === 0) refused.push(key);
    else if (found !== undefined) accepted.push(found);
    else throw new Error(`${key} can be set without a word that it is not read`);
  }
  return { accepted, refused };
}

/** Lists have one element at most. */
function merged(one: unknown, other: unknown): unknown {
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === 0 || other.length === 0 ? [...one, ...other] : [merged(one[0], other[0])];
  }
  if (!isJsonObject(one) || !isJsonObject(other)) return other;
  const both = { ...one, ...other };
  for (const key of Object.keys(one)) if (key in other) both[key] = merged(one[key], other[key]);
  return both;
}

test("each key of releases that is not read here has a diagnostic, and blocks a scenario by its name", async () => {
  const { accepted: all, refused } = await settings();
  expect(refused).toEqual(["plugins.entries.*.hooks.timeoutMs", "plugins.entries.*.hooks.timeouts"]);
  expect(all.length).toBeGreaterThan(200);
  // Without these a chat is the same, so they are only named.
  expect(all.filter(({ blocks }) => !blocks).map(({ key }) => key)).toEqual([
    "talk",
    "browser",
    "messages.ackReactionScope",
    "messages.groupChat.historyLimit",
  ]);
  const patch = all.map(({ config }) => config).reduce<unknown>(merged, {});
  const sandbox = await Sandbox.create();
  const steps = "  - name: sets them\n    actions: [{ assert: 'true' }]";
  await sandbox.write(
    "pack/all.md",
    scenarioText("all", steps, `gatewayConfigPatch: ${JSON.stringify(patch)}\n`),
  );
  const { report, exitCode } = await sandbox.qa("run", "--pack", "pack", "--trust", "all");
  const { verdict, reason = "" } = report?.scenarios[0] ?? {};
  expect([verdict, exitCode], reason).toEqual(["blocked", 4]);
  const named = /sets (.*), which this gateway accepts and does not read/.exec(reason)?.[1]?.split(", ");
  expect(named?.toSorted()).toEqual(
    all
      .filter(({ blocks }) => blocks)
      .map(({ path }) => path)
      .toSorted(),
  );
});
