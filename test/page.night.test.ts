import { once } from "node:events";
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { AxeResults } from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { CHROMIUM_FLAGS, chromiumProgram } from "../runner/actions/upstream/chromium.ts";
import { Sandbox } from "./testing/qa.ts";

/*
 * report.html of real runs in a real browser.
 */

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

const FAILS = `---
id: gets-no-reply
title: A reply that never comes
---

The model is told to say nothing.

\`\`\`yaml qa-model
rules:
  - reply: NO_REPLY
\`\`\`

## It is asked

\`\`\`yaml qa-step
- say: hello
\`\`\`

## It answers

Nobody does, so \`expectReply\` fails.

\`\`\`yaml qa-step
- expectReply: { contains: anything }
  within: WITHIN
\`\`\`

## It is thanked

\`\`\`yaml qa-step
- say: thank you
\`\`\`
`;

let browser: Browser;
beforeAll(async () => {
  browser = await chromium.launch({ executablePath: chromiumProgram(), args: [...CHROMIUM_FLAGS] });
});
afterAll(() => browser.close());

interface Look {
  hash?: string;
  width?: number;
  dark?: boolean;
}

/** Opens the page of a report's folder. `problems` are errors, what its policy refused, and addresses that it asked for. */
async function shown(folder: string, { hash = "", width = 1280, dark = false }: Look = {}) {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: dark ? "dark" : "light",
  });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const url = pathToFileURL(join(folder, "report.html")).href;
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
  page.on("request", (request) => {
    if (!request.url().startsWith(url) && !request.url().startsWith("data:")) problems.push(request.url());
  });
  await page.goto(url + hash);
  await page.locator("h1").waitFor();
  return { page, problems };
}

async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(await readFile(AXE, "utf8"));
  const { violations } = await page.evaluate<AxeResults>("axe.run()");
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}

const isWider = (page: Page) => page.evaluate<boolean>("document.documentElement.scrollWidth > innerWidth");

/** A pass, a restart, an update and a failure. */
async function mixedRun(): Promise<Sandbox> {
  const sandbox = await Sandbox.create();
  await sandbox.write("pack/test/gets-no-reply.md", FAILS.replace("WITHIN", "1s"));
  const ids = ["dm-chat-baseline", "config-apply-restart-wakeup", "update-status-after", "gets-no-reply"];
  const { exitCode, stdout } = await sandbox.qaWith(
    { OPENCLAW_QA_ALLOW_UPDATE_RUN_SELF: "1" },
    ...["run", ...ids, "--builtin", "--pack", "pack"],
  );
  expect(exitCode, stdout).toBe(1);
  return sandbox;
}

test("a pass, a restart, an update and a failure are shown: nothing is fetched, and no barrier is serious", async () => {
  const { reportFolder } = await mixedRun();
  for (const dark of [false, true]) {
    const { page, problems } = await shown(reportFolder, { dark });
    const ids = await page.locator("a.row .id").allTextContents();
    // What failed comes first.
    expect(ids[0]).toBe("gets-no-reply");
    expect(ids).toHaveLength(4);
    expect(await barriers(page)).toEqual([]);
    for (const id of ids) {
      await page.goto(`${page.url().replace(/#.*/, "")}#${id}`);
      await page.getByRole("link", { name: "The whole attempt" }).click();
      await page
        .locator('.step-list [aria-current="true"]')
        .filter({ hasText: "The whole attempt" })
        .waitFor();
      for (const tab of await page.getByRole("tab").all()) {
        await tab.click();
        // The colours are the same everywhere.
        if (dark === (id === "gets-no-reply")) {
          expect(await barriers(page), `${id} ${await tab.textContent()}`).toEqual([]);
        }
      }
    }
    expect(problems).toEqual([]);
  }

  const narrow = await shown(reportFolder, { width: 375 });
  expect(await isWider(narrow.page)).toBe(false);
  await narrow.page.locator("a.row").first().click();
  for (const tab of await narrow.page.getByRole("tab").all()) {
    await tab.click();
    expect(await isWider(narrow.page), (await tab.textContent()) ?? "").toBe(false);
  }

  // The failing step is open, with its prose and its statement.
  const { page } = await shown(reportFolder, { hash: "#gets-no-reply" });
  await page.getByRole("link", { name: /It answers/ }).waitFor();
  expect(await page.locator('.step-list [aria-current="true"] .name').textContent()).toBe("It answers");
  expect(await page.locator(".failure .chain .missing").count()).toBeGreaterThan(0);
  expect(await page.locator(".prose").textContent()).toContain("Nobody does");
  expect(await page.locator(".source .threw").textContent()).toContain("expectReply");
  await page.getByRole("tab", { name: /Messages/ }).click();
  await page.getByRole("link", { name: "The whole attempt" }).click();
  expect(await page.locator(".chat .in").textContent()).toContain("hello");
  await page.getByRole("tab", { name: /Model/ }).click();
  expect(await page.locator(".request .answer").textContent()).toContain("NO_REPLY");
});

test("it is used with keys alone, and a link leads to a step", async () => {
  const sandbox = await Sandbox.create();
  await sandbox.write("pack/test/gets-no-reply.md", FAILS.replace("WITHIN", "1s"));
  await sandbox.write(
    "pack/test/asked-again.md",
    FAILS.replace("WITHIN", "1s").replace("gets-no-reply", "asked-again"),
  );
  await sandbox.qa("run", "--pack", "pack");
  const { page } = await shown(sandbox.reportFolder);
  const focused = () => page.evaluate<string>("document.activeElement?.getAttribute('href') ?? ''");
  await page.keyboard.press("j");
  const [first, second] = ["#asked-again", "#gets-no-reply"];
  expect(await focused()).toBe(first);
  await page.keyboard.press("j");
  expect(await focused()).toBe(second);
  await page.keyboard.press("k");
  expect(await focused()).toBe(first);
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.locator(".timeline").waitFor();
  expect(await page.title()).toBe("gets-no-reply · 2 failed · Gateway QA");
  const chosen = page.locator('.step-list [aria-current="true"] .number');
  expect(await chosen.textContent()).toBe("2");
  await page.keyboard.press("ArrowUp");
  await expect.poll(() => chosen.textContent()).toBe("1");
  await page.keyboard.press("l");
  await expect.poll(() => page.getByRole("tab", { selected: true }).textContent()).toContain("Messages");
  expect(page.url()).toMatch(/#gets-no-reply\/1\/messages$/);
  await page.keyboard.press("?");
  await page.locator("dialog[open]").waitFor();
  await page.keyboard.press("Escape");
  await page.locator("dialog[open]").waitFor({ state: "detached" });
  await page.keyboard.press("f");
  await expect.poll(() => page.url()).toMatch(/#asked-again$/);
  await page.locator(".id", { hasText: "asked-again" }).waitFor();
  await page.locator(".timeline").waitFor();
  await page.keyboard.press("Escape");
  await page.locator("a.row").first().waitFor();
  // Where one comes from; and a tab of the browser says what it shows.
  await expect.poll(focused).toBe(first);
  expect(await page.title()).toBe("2 failed · Gateway QA");
  await page.keyboard.press("/");
  await page.keyboard.type("asked-ag");
  await expect.poll(() => page.locator("a.row").count()).toBe(1);

  const linked = await shown(sandbox.reportFolder, { hash: "#asked-again/1/messages" });
  await linked.page.locator(".chat .in").waitFor();
  expect(await linked.page.locator('.step-list [aria-current="true"] .name').textContent()).toBe(
    "It is asked",
  );
});

test("an interrupted run shows how far it came; qa show makes the page of one that was killed", async () => {
  const sandbox = await Sandbox.create();
  await sandbox.write("pack/test/gets-no-reply.md", FAILS.replace("WITHIN", "5m"));
  for (const signal of ["SIGINT", "SIGKILL"] as const) {
    const child = sandbox.start("run", "gets-no-reply", "--pack", "pack");
    const exited = once(child, "exit");
    const events = join(sandbox.reportFolder, "events.jsonl");
    await expect
      .poll(() => readFile(events, "utf8").catch(() => ""), { timeout: 60_000 })
      .toContain('"label":"expectReply"');
    child.kill(signal);
    await exited;
    if (signal === "SIGKILL") {
      const show = await sandbox.qa("show", sandbox.reportFolder, "--no-open");
      expect(show).toMatchObject({ exitCode: 0, stdout: join(sandbox.reportFolder, "report.html") });
    }
    const { page, problems } = await shown(sandbox.reportFolder, { hash: "#gets-no-reply" });
    expect(await page.locator('.step-list [aria-current="true"] .name').textContent()).toBe("It answers");
    expect(await page.locator(".source .threw, .source .ran").textContent()).toContain("expectReply");
    await page.getByRole("link", { name: "All scenarios" }).click();
    expect(await page.locator(".banner").first().textContent()).toContain("interrupted");
    expect(problems).toEqual([]);
  }
});

test("three hundred scenarios are one page of less than 20 MB that opens and is searched", async () => {
  const sandbox = await Sandbox.create();
  await sandbox.qa("run", "dm-chat-baseline", "--builtin");
  const lines = (await readFile(join(sandbox.reportFolder, "events.jsonl"), "utf8")).trimEnd().split("\n");
  const [start = "", ...rest] = lines;
  const end = rest.pop() ?? "";
  const ids = Array.from({ length: 300 }, (_, index) => `dm-chat-${index}`);
  const begun = JSON.parse(start);
  const [scenario] = begun.scenarios;
  const folder = join(sandbox.folder, "many");
  await mkdir(folder);
  await writeFile(
    join(folder, "events.jsonl"),
    [
      JSON.stringify({ ...begun, scenarios: ids.map((id) => ({ ...scenario, id })) }),
      ...ids.flatMap((id) => rest.map((line) => line.replaceAll('"dm-chat-baseline"', `"${id}"`))),
      `${end}\n`,
    ].join("\n"),
  );
  const { exitCode } = await sandbox.qa("show", folder, "--no-open");
  expect(exitCode).toBe(0);
  expect((await stat(join(folder, "report.html"))).size).toBeLessThan(20 * 1024 * 1024);
  const { page } = await shown(folder);
  expect(await page.locator("a.row").count()).toBe(300);
  await page.getByRole("searchbox").fill("dm-chat-277");
  await expect.poll(() => page.locator("a.row").count()).toBe(1);
  await page.locator("a.row").click();
  await page.locator(".timeline .bar").first().waitFor();
});
