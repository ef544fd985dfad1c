import { mkdtemp } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { BrowserContext, Page } from "playwright-core";
import { BlockedError, errorMessage } from "../../base/errors.ts";
import { userFolder } from "../../base/invocation.ts";
import type { Teardown } from "../../base/teardown.ts";
import { badArgument } from "../bad-argument.ts";
import type { ActionContext } from "../context.ts";
import { CHROMIUM_FLAGS, chromiumProgram } from "./chromium.ts";

const LIBRARY = "playwright-core";
const MOST_NOTED = 50;
const MOST_NOTED_CHARS = 2_000;

/** What a page said by itself. */
interface Note {
  kind: "console" | "pageerror" | "requestfailed";
  text: string;
}

interface OpenPage {
  page: Page;
  notes: Note[];
}

/** The browser of one scenario, and the pages that it has opened. */
export class Browser {
  static readonly #ofScenario = new WeakMap<Teardown, Promise<Browser>>();
  readonly #context: BrowserContext;
  readonly #pages = new Map<string, OpenPage>();

  private constructor(context: BrowserContext) {
    this.#context = context;
  }

  /**
   * Started with the first page of a scenario, and ended with it. Its profile lies in the gateway's folder.
   * @throws BlockedError `web` where there is no browser, or nothing to drive it with
   */
  static of(context: ActionContext): Promise<Browser> {
    const { teardown, gateway } = context;
    const known = Browser.#ofScenario.get(teardown);
    if (known) return known;
    const started = launch(gateway.tempRoot);
    teardown.defer("the browser", async () => {
      await (await started.catch(() => undefined))?.close();
    });
    const browser = started.then((launched) => new Browser(launched));
    Browser.#ofScenario.set(teardown, browser);
    return browser;
  }

  async open(url: string, { viewport, timeoutMs }: { viewport?: Size; timeoutMs: number }): Promise<string> {
    const page = await this.#context.newPage();
    if (viewport) await page.setViewportSize(viewport);
    const pageId = `page-${this.#pages.size + 1}`;
    const notes: Note[] = [];
    this.#pages.set(pageId, { page, notes });
    const note = (kind: Note["kind"], text: string) => {
      notes.push({ kind, text: text.slice(0, MOST_NOTED_CHARS) });
      if (notes.length > MOST_NOTED) notes.shift();
    };
    page.on("console", (message) => note("console", `[${message.type()}] ${message.text()}`));
    page.on("pageerror", (error) => note("pageerror", error.stack ?? error.message));
    page.on("requestfailed", (request) =>
      note(
        "requestfailed",
        `${request.method()} ${request.url()} ${request.failure()?.errorText ?? "failed"}`,
      ),
    );
    await page.goto(url, { waitUntil: "domcontentloaded", timeout: timeoutMs });
    return pageId;
  }

  /** @throws QaError `bad-argument` */
  page(pageId: string): OpenPage {
    const open = this.#pages.get(pageId);
    if (open) return open;
    throw badArgument(
      `no page ${JSON.stringify(pageId)} was opened in this scenario`,
      "`webOpenPage` gives the id.",
    );
  }
}

export interface Size {
  width: number;
  height: number;
}

async function launch(tempRoot: string): Promise<BrowserContext> {
  const { chromium } = library();
  const executablePath = chromiumProgram();
  try {
    return await chromium.launchPersistentContext(await mkdtemp(join(tempRoot, "browser-")), {
      // Without one on the PATH, Chrome may be where its installer has put it.
      ...(executablePath ? { executablePath } : { channel: "chrome" }),
      headless: true,
      args: [...CHROMIUM_FLAGS],
      viewport: { width: 1440, height: 1080 },
    });
  } catch (error) {
    throw lacking(
      `no Chromium or Chrome can be started: ${errorMessage(error)}`,
      "Install one, and have it on the PATH.",
    );
  }
}

/** Of this program or of whoever runs it: the package is published without it. */
function library(): typeof import("playwright-core") {
  for (const from of [import.meta.url, join(userFolder(), "package.json")]) {
    try {
      return createRequire(from)(LIBRARY);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw error;
    }
  }
  throw lacking(
    `there is no package ${LIBRARY} to drive a browser with`,
    `\`npm install --save-dev ${LIBRARY}\``,
  );
}

function lacking(reason: string, hint: string): BlockedError {
  return new BlockedError("web", `this runner lacks \`web\`: ${reason}`, hint, "environment");
}
