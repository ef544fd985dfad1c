import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Sandbox } from "./testing/qa.ts";
import { TIDE_PLUGIN, TIDE_WORDS, tideScenario } from "./testing/tide-plugin.ts";

const KEY = "tide-key-5e1f0a9c";

test("a plugin by path, a fake of its service, its variables and its secret: the gateway gets them, and no report shows the secret", async () => {
  const sandbox = await Sandbox.create();
  for (const [name, text] of Object.entries(TIDE_PLUGIN)) await sandbox.write(`plugin/${name}`, text);
  for (const [name, text] of Object.entries(TIDE_WORDS))
    await sandbox.write(`plugin/node_modules/qa-test-tide-words/${name}`, text);
  await sandbox.write("plugin/qa/tide.md", tideScenario("{ path: .. }"));
  const without = await sandbox.qa("run", "--pack", "plugin/qa", "--trust", "--out", "without");
  expect(without.exitCode).toBe(4);
  expect(without.stdout).toMatch(
    /blocked {2}the environment has no TIDE_KEY, which the scenario's gateway needs/,
  );

  const run = await sandbox.qaWith({ TIDE_KEY: KEY }, "run", "--pack", "plugin/qa", "--trust");
  expect(run.exitCode, run.stdout).toBe(0);
  const recorded = await readFile(join(sandbox.reportFolder, "tide", "http-requests.jsonl"), "utf8");
  expect(JSON.parse(recorded)).toMatchObject({
    service: "tides",
    method: "GET",
    path: "/v1/tide",
    query: { place: "home" },
    headers: { authorization: expect.stringMatching(/^\[redacted/) },
    answered: true,
  });
  // The tool's answer, which holds it, is in the transcript and in the requests to the model.
  const files = execFileSync("grep", ["-rl", "TIDE-OK", sandbox.reportFolder], { encoding: "utf8" });
  expect(files).toMatch(/transcript\.txt|model-requests\.jsonl/);
  expect(() => execFileSync("grep", ["-rl", KEY, sandbox.reportFolder])).toThrow();
  expect(run.stdout).not.toContain(KEY);
});
