import { isJsonObject, type JsonObject } from "../../../fixtures/gateway/src/base/json.ts";
import { compileCheck } from "../../../fixtures/gateway/src/base/schema-check.ts";
import { CONFIG_SCHEMA } from "../../../fixtures/gateway/src/config/schema.ts";
import { isUnread, schemaKeys } from "../../../fixtures/gateway/src/config/schema-keys.ts";
import type { Area } from "../area.ts";
import { configs, configWith, isKnown, namesBelow, valueIn, valuesFor } from "../config-keys.ts";
import { Finding } from "../findings.ts";
import type { Release } from "../release.ts";

/** The release's own schema, a zod object. */
interface ZodSchema {
  safeParse(config: unknown): { success: boolean };
  toJSONSchema(options: object): JsonObject;
}

type Accepts = (config: unknown) => boolean;

/**
 * What of a config is accepted, and of what is read, whether the same values are. Missing are keys that are accepted
 * because the release has them, and not read: setting one is answered with a diagnostic, and blocks a scenario.
 */
export const area: Area = {
  title: "Config keys, and the values that they take",
  slow: true,
  async compare(release) {
    const { theirs, ours, schema } = await validators(release);
    const all = schemaKeys(CONFIG_SCHEMA).filter(({ path }) => !NOTES.includes(path[0] ?? ""));
    const [shared, foreign] = split(all, ({ path }) => isKnown(schema, path));
    const [unread, read] = split(shared, ({ schema: own }) => isUnread(own));
    const rows = await Promise.all(
      read.map(({ path, schema: own }) => {
        const name = dotted(path);
        const fixed = valuesFor(own).map((value) => configWith(CONFIG_SCHEMA, path, value));
        const plain = { fixed, theirs, ours };
        const [is, why] = WANTED[name] ?? [];
        if (is === undefined || why === undefined) return Finding.rule(name, plain);
        const wanted = [{ at: (config: unknown) => is(valueIn(config, path)), why }];
        // The newest release may agree with us.
        return Finding.rule(name, { ...plain, wanted }).catch(() => Finding.rule(name, plain));
      }),
    );
    const different = rows.filter(({ verdict }) => verdict !== "same").map(({ name }) => name);
    return [
      Finding.sets(
        "keys of other releases",
        [],
        foreign.map(({ path }) => dotted(path)),
      ),
      await Finding.rule("random configs", {
        fixed: [{}, { gateway: { mode: "local" } }, { gatway: {} }],
        random: configs(CONFIG_SCHEMA, [
          ...NOTES,
          PENDING,
          ...different,
          ...foreign.map(({ path }) => dotted(path)),
        ]),
        theirs,
        ours,
      }),
      ...rows,
      ...unread.map(({ path }) => Finding.missing(dotted(path))),
      ...missing(schema),
    ];
  },
};

const dotted = (path: readonly string[]) => path.join(".");

function split<T>(all: readonly T[], isFirst: (one: T) => boolean): [T[], T[]] {
  return [all.filter(isFirst), all.filter((one) => !isFirst(one))];
}

/** Notes of other programs, which nothing reads. */
const NOTES = ["$schema", "meta", "wizard"];

/** Records of installs that are still to be made stand there until the next write, as in seed 000. */
const PENDING = "plugins.installs";

const isBlank = (value: unknown) => typeof value === "string" && value.trim() === "";
const CHANNELS = "a channel's own schema checks its section there, all channels' here";
const IDS = "an id that is not one is refused here, and bent into one there";
const PATHS = "an empty path is refused here";

/** The values that are meant to be judged differently, by key. */
const WANTED: Readonly<Record<string, [is: (value: unknown) => boolean, why: string]>> = {
  "gateway.port": [(value) => Number(value) > 65_535, "there is no such port"],
  "logging.file": [isBlank, PATHS],
  "agents.defaults.workspace": [isBlank, PATHS],
  "skills.load.extraDirs.*": [isBlank, PATHS],
  "plugins.load.paths.*": [isBlank, PATHS],
  "agents.list.*.workspace": [isBlank, PATHS],
  "agents.list.*.id": [isBlank, IDS],
  "bindings.*.agentId": [isBlank, IDS],
  "channels.*.enabled": [(value) => typeof value !== "boolean", CHANNELS],
  "channels.*.accountId": [(value) => typeof value !== "string" || isBlank(value), CHANNELS],
  "channels.*.accounts.*": [(value) => !isJsonObject(value), CHANNELS],
  "models.providers.*.baseUrl": [
    (value) => typeof value === "string" && !/^https?:/.test(value),
    "an address that is not one is refused here",
  ],
};

async function validators(release: Release): Promise<{ theirs: Accepts; ours: Accepts; schema: JsonObject }> {
  const zod = await release.take<ZodSchema>("OpenClawSchema", "zod-schema");
  const check = await compileCheck(CONFIG_SCHEMA);
  const isOld = release.version === "2026.4.26";
  return {
    theirs: (config) => zod.safeParse(isOld ? config : withAgent(config)).success,
    ours: (config) => check(config).length === 0,
    schema: zod.toJSONSchema({ target: "draft-07", io: "input", unrepresentable: "any" }),
  };
}

/** The newest release wants at least one agent in the later form of the list. */
function withAgent(config: unknown): unknown {
  if (!isJsonObject(config) || !isJsonObject(config.agents)) return config;
  return { ...config, agents: { entries: { a: {} }, ...config.agents } };
}

/** Keys that the release has beside ours. */
function missing(schema: JsonObject): Finding[] {
  const paths = schemaKeys(CONFIG_SCHEMA).map(({ path }) => path.slice(0, -1));
  const parents = [...new Map(paths.map((path) => [path.join("."), path])).values()];
  return parents.flatMap((path) => {
    const ours = namesBelow(CONFIG_SCHEMA, path);
    return namesBelow(schema, path)
      .filter((name) => !ours.includes(name))
      .map((name) => Finding.missing([...path, name].join(".")));
  });
}
