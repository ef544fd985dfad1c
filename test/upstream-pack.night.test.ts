import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { ROOT, Sandbox } from "./testing/qa.ts";

const PACKAGE = "openclaw@2026.4.14";

/** By verdict and code of the failure: ids of scenarios. */
const VERDICTS: Record<string, string[]> = parse(
  await readFile(join(ROOT, "test/testing/upstream-verdicts.yaml"), "utf8"),
);

test("upstream's scenario files end as they always did", { timeout: 1_800_000 }, async ({ skip }) => {
  const sandbox = await Sandbox.create();
  const cwd = sandbox.folder;
  const packed = await execa("npm", ["pack", PACKAGE], { cwd, reject: false });
  skip(packed.failed, `the registry does not give ${PACKAGE}`);
  await execa("tar", ["xzf", packed.stdout?.trim() ?? "", "package/qa"], { cwd });
  const { report, stdout } = await sandbox.qa(
    "run",
    "--pack",
    "package",
    "--trust",
    "--model-script",
    join(ROOT, "qa/model-scripts/upstream.yaml"),
  );
  const seen: Record<string, string[]> = {};
  for (const { id, verdict, failure } of report?.scenarios ?? []) {
    const end = failure ? `${verdict} ${failure.code}` : verdict;
    seen[end] = [...(seen[end] ?? []), id].sort();
  }
  expect(seen, stdout).toEqual(VERDICTS);
});
