import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { execa } from "execa";
import { chromium } from "playwright-core";
import { CHROMIUM_FLAGS, chromiumProgram } from "../../runner/actions/upstream/chromium.ts";
import { ROOT } from "../../runner/base/places.js";
import { Teardown } from "../../runner/base/teardown.ts";
import { makeTempFolder } from "../../runner/base/temp-folder.ts";

// `pnpm screenshots` makes the pictures of docs/report-page.md from a real run.

const OUT = join(ROOT, "docs/images");
const IDS = ["dm-chat-baseline", "config-apply-restart-wakeup", "plugin-lifecycle-hot-reload"];
const PICTURES = [
  { name: "light", hash: "#dm-chat-baseline", width: 1280, height: 860, dark: false },
  { name: "dark", hash: "#config-apply-restart-wakeup/0/gateway", width: 1280, height: 720, dark: true },
  { name: "narrow", hash: "#dm-chat-baseline/1/messages", width: 375, height: 900, dark: false },
];

const teardown = new Teardown();
const folder = join(await makeTempFolder({ kind: "screenshots", teardown }), "run");
const run = ["run", ...IDS, "--fault", "channel-drop-outbound", "--out", folder];
await execa(process.execPath, [join(ROOT, "runner/cli/main.js"), ...run], { cwd: ROOT, reject: false });
const browser = await chromium.launch({ executablePath: chromiumProgram(), args: [...CHROMIUM_FLAGS] });
await mkdir(OUT, { recursive: true });
for (const { name, hash, width, height, dark } of PICTURES) {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme: dark ? "dark" : "light" });
  await page.goto(pathToFileURL(join(folder, "report.html")).href + hash);
  await page.locator(".timeline .bar").first().waitFor();
  await page.screenshot({ path: join(OUT, `report-page-${name}.png`) });
  await page.close();
}
await browser.close();
await teardown.run(60_000);
