import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT, Sandbox } from "./testing/qa.ts";

/** A file with a title and steps, and without the metadata that scenarios of this repository have. */
const PACK = join(ROOT, "test/testing/steps-pack");

test("a title and steps are a scenario; the steps run in the order of the document and are reported by their headings", async () => {
  const sandbox = await Sandbox.create();
  const ids = ["plugin-lifecycle-hot-reload", "what-is-reported"];
  const run = await sandbox.qa("run", ...ids, "--pack", PACK);
  expect(run.exitCode, run.stdout).toBe(0);
  const scenarios = run.report?.scenarios.toSorted((one, other) => (one.id < other.id ? -1 : 1));
  expect(scenarios).toMatchObject([
    {
      id: "plugin-lifecycle-hot-reload",
      title: "A capability goes off and on again without a restart",
      verdict: "passed",
      steps: [
        { name: "A new workspace skill is eligible", status: "passed" },
        { name: "A hot patch switches it off, for the status and for the next turn", status: "passed" },
        { name: "A second patch switches it on again, for the same session", status: "passed" },
      ],
    },
    { id: "what-is-reported", title: "The gateway reports what it is and what it did", verdict: "passed" },
  ]);
});

test("what is wrong with a value's shape is found before a gateway starts", async () => {
  const sandbox = await Sandbox.create();
  const file = await sandbox.write(
    "pack/shape.md",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: what a text of a step holds
    '# Shape\n\n## A reply\n\n```yaml qa-step\n- ask: hello\n  saveAs: reply\n- say: "${reply.txt}"\n```\n',
  );
  const { exitCode, stdout } = await sandbox.qa("check", file);
  expect(exitCode).toBe(3);
  expect(stdout).toMatch(/shape\.md:8:17 {2}error {2}`reply` has no member `txt` {2}\[unknown-member\]/);
  expect(stdout).toContain("Did you mean `text`?");
});
