import { expect, test } from "vitest";
import { cacheFolder, ReleaseCache } from "../runner/gateway/openclaw/cache.ts";
import { expectLeaksSeen, writeLeaks } from "./testing/leaks.ts";
import { Sandbox } from "./testing/qa.ts";

const RELEASE = "2026.4.26";
/** Those that a published release can be made to keep. */
const IDS = ["nothing", "cron-job", "session", "skill", "a-changed-file", "plugin-file", "variable"];

test("what scenarios leave behind in a published release is seen, and put back or the end of its gateway", async ({
  skip,
}) => {
  skip(
    !(await new ReleaseCache(cacheFolder(process.env)).find(RELEASE)),
    `openclaw@${RELEASE} is not installed`,
  );
  const sandbox = await Sandbox.create();
  await writeLeaks(sandbox, IDS);
  const { report, stdout } = await sandbox.qa(
    ...["run", "--pack", "pack", "--trust", "--share-gateway", "--jobs", "1", "--reporter", "plain"],
    ...["--gateway", `openclaw@${RELEASE}`, "--slow", "3", "--shuffle", "1"],
  );
  expect(
    report?.scenarios.map(({ id, verdict }) => [id, verdict]),
    stdout,
  ).toEqual(IDS.map((id) => [id, "passed"]));
  expectLeaksSeen(report);
  expect(stdout).not.toContain("secret-left-behind");
}, 1_800_000);
