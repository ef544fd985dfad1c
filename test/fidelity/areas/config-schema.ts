import fc from "fast-check";
import { isJsonObject, type JsonObject } from "../../../fixtures/gateway/src/base/json.ts";
import { configHints } from "../../../fixtures/gateway/src/config/hints.ts";
import { CONFIG_SCHEMA } from "../../../fixtures/gateway/src/config/schema.ts";
import { isUnread, schemaKeys } from "../../../fixtures/gateway/src/config/schema-keys.ts";
import { type DescribedSchema, lookUpSchema } from "../../../fixtures/gateway/src/methods/schema-lookup.ts";
import type { Area } from "../area.ts";
import { isKnown } from "../config-keys.ts";
import { embeddedGateway } from "../embedded.ts";
import { Finding } from "../findings.ts";
import type { Release } from "../release.ts";

/** What `config.schema` and `config.schema.lookup` answer. */
export const area: Area = {
  title: "Config schema and its lookup",
  slow: true,
  async compare(release) {
    const build = await release.take<() => DescribedSchema>(
      "buildBaseConfigSchema",
      "runtime-schema",
      "schema",
    );
    const described = build();
    return [
      await lookups(release, described),
      secrets(described),
      await valid(release, "ConfigSchemaResponseSchema", "answer of config.schema", "config.schema", [{}]),
      await valid(
        release,
        "ConfigSchemaLookupResultSchema",
        "answers of config.schema.lookup",
        "config.schema.lookup",
        ["gateway", "models.providers.mock.models", "agents.list[0].tools", "session.dmScope"].map(
          (path) => ({ path }),
        ),
      ),
    ];
  },
};

type LookUp = (described: DescribedSchema, path: string) => unknown;

/** Our lookup on the release's own schema. */
async function lookups(release: Release, described: DescribedSchema): Promise<Finding> {
  const theirs = await release.take<LookUp>("lookupConfigSchema", "runtime-schema", "schema");
  return Finding.rule("lookup in the release's schema", {
    fixed: [
      "gateway.auth",
      "agents.list",
      "agents.list[]",
      " .bindings[0].match. ",
      "channels.qa",
      "nowhere",
      "tools.exec.0",
    ],
    random: paths(described.schema),
    theirs: (path) => theirs(described, path) ?? "no such path",
    ours(path) {
      try {
        return lookUpSchema(described, path);
      } catch {
        return "no such path";
      }
    },
  });
}

/** Paths that mostly lead somewhere. */
function paths(schema: JsonObject): fc.Arbitrary<string> {
  const step = (path: string, at: JsonObject, depth: number): fc.Arbitrary<string> => {
    const { properties, additionalProperties, items } = at;
    const below: [string, unknown][] = [
      ...Object.entries(isJsonObject(properties) ? properties : {}),
      ...["*", "some"].map((key): [string, unknown] => [key, additionalProperties]),
      ...["*", "[]", "[0]", "2"].map((key): [string, unknown] => [key, items]),
      ["nowhere", {}],
    ];
    const found = below.filter((entry): entry is [string, JsonObject] => isJsonObject(entry[1]));
    const here = path === "" ? "gateway" : path;
    if (depth === 0) return fc.constant(here);
    return fc.oneof(
      { weight: 1, arbitrary: fc.constant(here) },
      {
        weight: 4,
        arbitrary: fc.constantFrom(...found).chain(([key, child]) => {
          const joined = key.startsWith("[") || path === "" ? `${path}${key}` : `${path}.${key}`;
          return step(joined, child, depth - 1);
        }),
      },
    );
  };
  return step("", schema, 6);
}

/** Whether the same keys are called secret, of those that both have. */
function secrets({ schema, uiHints }: DescribedSchema): Finding {
  const shared = schemaKeys(CONFIG_SCHEMA).filter(
    ({ path, schema: own }) => !isUnread(own) && isKnown(schema, path),
  );
  const own = configHints(CONFIG_SCHEMA);
  const secret = (hints: DescribedSchema["uiHints"]) =>
    shared.map(({ path }) => path.join(".")).filter((name) => hints[name]?.sensitive === true);
  return Finding.sets("keys that hold secrets", secret(uiHints), secret(own));
}

/** What the embedded gateway answers, by the release's own schema of answers. */
async function valid(
  release: Release,
  schemaName: string,
  name: string,
  method: string,
  requests: readonly object[],
): Promise<Finding> {
  const schema = await release.take<JsonObject>(schemaName, "protocol", "sessions", "config-schema");
  const { Ajv } = await import("ajv");
  const check = new Ajv({ strict: false }).compile(schema);
  const gateway = await embeddedGateway();
  return Finding.works(name, async () => {
    for (const params of requests) {
      const answer = await gateway.call(method, params);
      if (!check(answer)) throw new Error(JSON.stringify(check.errors?.slice(0, 3)));
    }
  });
}
