import { expect, test } from "vitest";
import type { Scenario } from "../../scenario/types.ts";
import { lackBehind } from "./lacks.ts";

function lackOf(
  failure: { message: string; code?: string; details?: string },
  { foreign = true, patch }: { foreign?: boolean; patch?: object } = {},
) {
  const scenario = {
    pack: { foreign, referenceRoot: "/packs/up" },
    meta: { gatewayConfigPatch: patch },
  } as unknown as Scenario;
  const unknown = [{ server: "QA bus", method: "GET", path: "/api/bootstrap" }];
  return lackBehind({ code: "action-failed", fault: "product", ...failure }, scenario, { unknown });
}

test("a file that only the repository of the pack has is the harness's lack", () => {
  const reason = expect.stringContaining("the pack's folder has no scripts/spec.json");
  const missing = (path: string) => lackOf({ message: `ENOENT: no such file or directory, open '${path}'` });
  expect(missing("/packs/up/scripts/spec.json")).toEqual({ fault: "harness", reason });
  expect(missing("/cache/2026.9.6/node_modules/openclaw/scripts/spec.json")).toEqual({
    fault: "harness",
    reason,
  });
  expect(missing("/tmp/workspace/report.md")).toBeUndefined();
  expect(lackOf({ message: "stderr=Error: Cannot find module '<repo>/dist/index.js'" })).toMatchObject({
    reason: expect.stringContaining("no dist/index.js"),
  });
  const own = { message: "ENOENT: no such file or directory, open '/packs/up/a.json'" };
  expect(lackOf(own, { foreign: false })).toBeUndefined();
});

test("a key that the gateway refuses to start with is what it lacks, if the scenario set it", () => {
  const failure = { code: "gateway-start-failed", message: "the gateway ended before it was ready" };
  const patch = { commitments: {}, agents: { defaults: { dreams: true } } };
  const details = 'the config is invalid:\n  - commitments: unknown key "commitments"';
  expect(lackOf({ ...failure, details }, { patch })?.reason).toMatch(
    /^the scenario sets commitments, which this gateway does not know/,
  );
  const zod = { ...failure, details: 'agents.defaults: Unrecognized keys: "dreams", "other"' };
  expect(lackOf(zod, { patch })?.reason).toMatch(/sets dreams, which/);
  expect(lackOf({ ...failure, details: 'plugins: unknown key "plugs"' }, { patch })).toBeUndefined();
  expect(lackOf({ message: details }, { patch })).toBeUndefined();
});

test("what this runner does not serve is its own lack", () => {
  expect(lackOf({ message: "GET /api/bootstrap answered 404" })).toMatchObject({ fault: "harness" });
  expect(lackOf({ message: "no reply" })).toBeUndefined();
});
