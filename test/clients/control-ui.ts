import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { type BrowserContext, chromium, type Page, type WebSocket } from "playwright-core";
import { CHROMIUM_FLAGS, chromiumProgram } from "../../runner/actions/upstream/chromium.ts";
import type { GatewayUnderTest } from "../../runner/gateway/gateway.ts";
import { serveControlUi } from "./control-ui-server.ts";

const LIMIT_MS = 60_000;

/** A release's Control UI in a browser, connected to the gateway under test. */
export class ControlUi {
  readonly page: Page;
  readonly #base: string;
  readonly #token: string;
  /** What the gateway has refused since the last visit. */
  #refused: string[] = [];
  /** Methods that it has not answered yet, by the request's id. */
  #asked = new Map<string, string>();
  #answered = Promise.withResolvers<void>();

  private constructor(page: Page, base: string, token: string) {
    this.page = page;
    this.#base = base;
    this.#token = token;
    page.setDefaultTimeout(LIMIT_MS);
    page.on("websocket", (socket) => this.#watch(socket));
  }

  /** Opens it for as long as `use` needs it. @param packageRoot of the release */
  static async with(
    packageRoot: string,
    gateway: GatewayUnderTest,
    use: (ui: ControlUi) => Promise<void>,
  ): Promise<void> {
    const executablePath = chromiumProgram();
    if (executablePath === undefined) throw new Error("there is no Chromium on the PATH");
    const server = await serveControlUi(
      join(packageRoot, "dist/control-ui"),
      Number(new URL(gateway.wsUrl).port),
    );
    const profile = await mkdtemp(join(gateway.tempRoot, "chromium-"));
    let browser: BrowserContext | undefined;
    try {
      browser = await chromium.launchPersistentContext(profile, {
        executablePath,
        headless: true,
        args: [...CHROMIUM_FLAGS],
      });
      const page = browser.pages()[0] ?? (await browser.newPage());
      await use(new ControlUi(page, server.url, gateway.token));
    } finally {
      await browser?.close();
      await server.close();
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    }
  }

  /** Goes to a page and waits until it shows a text. @throws AssertionError when it shows an error or was refused anything */
  async visit(path: string, text: string | RegExp): Promise<void> {
    this.#refused = [];
    this.#asked = new Map();
    await this.page.goto(`${this.#base}/${path}#token=${this.#token}`);
    // What the gateway refuses says more than that the text does not come.
    await this.#shows(text).catch((error: unknown) => {
      assert.deepEqual(this.#refused, []);
      throw error;
    });
    await this.#assertWell();
  }

  /** @throws AssertionError when the page shows an error or was refused anything */
  async #assertWell(): Promise<void> {
    while (this.#asked.size > 0) await this.#answered.promise;
    assert.deepEqual(this.#refused, []);
    assert.deepEqual(await this.page.locator(".callout.danger").allInnerTexts(), []);
  }

  /** Sends a message in the chat, and waits until its answer is there and nothing is under way any more. */
  async chat(message: string, answer: string): Promise<void> {
    const input = this.page.locator("textarea").first();
    await input.fill(message);
    await input.press("Enter");
    await this.#shows(new RegExp(`^\\s*${answer}\\s*$`));
    await this.page.locator(".chat-reading-indicator").waitFor({ state: "detached" });
    await this.#assertWell();
  }

  async #shows(text: string | RegExp): Promise<void> {
    await this.page.getByText(text).first().waitFor({ state: "visible" });
  }

  #watch(socket: WebSocket): void {
    socket.on("framesent", ({ payload }) => {
      const { id, method } = JSON.parse(String(payload));
      this.#asked.set(id, method);
    });
    socket.on("framereceived", ({ payload }) => {
      const { type, id, ok, error } = JSON.parse(String(payload));
      if (type !== "res") return;
      if (!ok) this.#refused.push(`${this.#asked.get(id)}: ${error?.message}`);
      this.#asked.delete(id);
      this.#answered.resolve();
      this.#answered = Promise.withResolvers();
    });
  }
}

/** What people do with the page of 2026.4.26, in this order; in a session of its own, because other clients come before. */
export const VISITS: Readonly<Record<string, (ui: ControlUi) => Promise<void>>> = {
  "the page connects": (ui) => ui.visit("chat?session=agent:qa:of-the-page", "Ready to chat"),
  "a message is sent, and its answer shown": (ui) => ui.chat("Reply exactly: hello page", "hello page"),
  "a chat is there again after a reload": (ui) =>
    ui.visit("chat?session=agent:qa:of-the-page", /^\s*hello page\s*$/),
  Overview: (ui) => ui.visit("overview", "Gateway Access"),
  Channels: (ui) => ui.visit("channels", "qa-channel"),
  Instances: (ui) => ui.visit("instances", "openclaw-control-ui"),
  Sessions: (ui) => ui.visit("sessions", "agent:qa:of-the-page"),
  Usage: (ui) => ui.visit("usage", "Usage Overview"),
  "Cron Jobs": (ui) => ui.visit("cron", "All scheduled jobs stored in the gateway."),
  Agents: (ui) => ui.visit("agents", "Core Files"),
  Skills: (ui) => ui.visit("skills", "Installed skills and their status."),
  Nodes: (ui) => ui.visit("nodes", "No nodes found."),
  Config: (ui) => ui.visit("config", "Settings"),
  Debug: (ui) => ui.visit("debug", "Snapshots"),
  Logs: (ui) => ui.visit("logs", /listening on ws:/),
};
