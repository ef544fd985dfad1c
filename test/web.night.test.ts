import { expect, test } from "vitest";
import { chromiumProgram } from "../runner/actions/upstream/chromium.ts";
import { expectNothingLeft } from "./testing/left.ts";
import { Sandbox, scenarioText } from "./testing/qa.ts";

const PAGE = `data:text/html,<title>Form</title><p>Ready to chat</p><input id=a onkeydown="if (event.key === 'Enter') document.title = this.value"><script>console.log('up')</script>`;

const call = (name: string, args: object, saveAs?: string) =>
  `      - call: ${name}\n${saveAs ? `        saveAs: ${saveAs}\n` : ""}        args: [${JSON.stringify(args).replace('"PAGE"', "{ ref: page.pageId }")}]\n`;
const opens = `  - name: opens a page\n    actions:\n${call("webOpenPage", { url: PAGE }, "page")}`;
const scenario = (id: string, more: string) => scenarioText(id, opens + more, "permissions: [process]\n");

test.skipIf(chromiumProgram() === undefined)(
  "a scenario opens a page, types into it and reads what it shows, and no browser is left",
  async () => {
    const sandbox = await Sandbox.create();
    await sandbox.write(
      "pack/test/types.md",
      scenario(
        "types",
        call("webWait", { pageId: "PAGE", text: "ready TO chat" }) +
          call("webType", { pageId: "PAGE", selector: "#a", text: "typed", submit: true }) +
          call("webEvaluate", { pageId: "PAGE", expression: "document.title" }, "title") +
          call("webSnapshot", { pageId: "PAGE", maxChars: 5 }, "seen") +
          `      - assert: "title === 'typed' && page.title === 'Form' && seen.text === 'Ready'"
      - assert: "seen.diagnostics.some(({ kind, text }) => kind === 'console' && text.includes('up'))"\n`,
      ),
    );
    await sandbox.write(
      "pack/test/waits.md",
      scenario("waits", call("webWait", { pageId: "PAGE", selector: "#nowhere", timeoutMs: 300 })),
    );
    const { report, stdout } = await sandbox.qa("run", "--pack", "pack");
    expect(report?.scenarios, stdout).toMatchObject([
      { id: "types", verdict: "passed" },
      { id: "waits", verdict: "failed", failure: { message: expect.stringMatching(/300/) } },
    ]);
    await expectNothingLeft(sandbox);
  },
  120_000,
);

test("without a browser the scenario is blocked, and without the permission it does not start", async () => {
  const sandbox = await Sandbox.create();
  await sandbox.write("pack/test/opens.md", scenario("opens", ""));
  await sandbox.write("pack/test/undeclared.md", scenarioText("undeclared", opens));
  const { report, stdout } = await sandbox.qa("run", "--pack", "pack");
  const [, undeclared] = report?.scenarios ?? [];
  expect(undeclared, stdout).toMatchObject({
    verdict: "blocked",
    reason: expect.stringContaining("process"),
  });
  const without = await sandbox.qaWith({ PATH: sandbox.folder }, "run", "opens", "--pack", "pack");
  expect(without.report?.scenarios, without.stdout).toMatchObject([
    { verdict: "blocked", reason: expect.stringContaining("lacks `web`") },
  ]);
}, 120_000);
