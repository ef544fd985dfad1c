import { badArgument } from "../bad-argument.ts";
import { actionsOf, members } from "../define.ts";
import { ANY, BOOLEAN, milliseconds, NUMBER, record, STRING, typed } from "../schema.ts";
import { Browser, type Size } from "./browser.ts";

/** For the start of the browser, before the limit of a page begins. */
const START_MS = 60_000;
const PAGE_MS = 20_000;

const PAGE = {
  pageId: { ...STRING, description: "from `webOpenPage`" },
  timeoutMs: milliseconds(PAGE_MS),
} as const;
const SELECTOR = { ...STRING, description: "in CSS" } as const;
const DONE = record({ ok: BOOLEAN });
const NOTE = record({ kind: { enum: ["console", "pageerror", "requestfailed"] }, text: STRING });

const budgetMs = ({ timeoutMs }: { timeoutMs: number }) => timeoutMs;
/** A page reaches what a scenario without it may not. */
const permissionOf = () => "process" as const;

export const webActions = actionsOf("web", (define) => ({
  webOpenPage: define({
    summary:
      "Opens a page in a headless Chromium or Chrome of this machine, which is the scenario's own and ends with it. Without one, or without the package `playwright-core`, the scenario is *blocked*.",
    params: {
      url: STRING,
      timeoutMs: milliseconds(PAGE_MS),
      viewport: { ...typed<Size>(record({ width: NUMBER, height: NUMBER })), optional: true },
      headless: { ...BOOLEAN, optional: true, description: "accepted for upstream's scenarios" },
    },
    main: "url",
    positional: [members("page")],
    returns: record({ pageId: STRING, url: STRING, title: STRING }),
    budgetMs: ({ timeoutMs }) => START_MS + timeoutMs,
    permissionOf,
    run: async (context, { url, timeoutMs, viewport }) => {
      const browser = await Browser.of(context);
      const pageId = await browser.open(url, { viewport, timeoutMs });
      const { page } = browser.page(pageId);
      return { pageId, url: page.url(), title: await page.title() };
    },
  }),
  webWait: define({
    summary: "Waits until a page shows what the selector names, or a text, in upper or lower case.",
    params: { ...PAGE, selector: { ...SELECTOR, optional: true }, text: { ...STRING, optional: true } },
    main: "pageId",
    positional: [members("request")],
    returns: DONE,
    effect: "reads",
    budgetMs,
    permissionOf,
    run: async (context, { pageId, selector, text, timeoutMs: timeout }) => {
      const { page } = (await Browser.of(context)).page(pageId);
      if (selector) await page.waitForSelector(selector, { timeout });
      else if (text) await page.getByText(text).first().waitFor({ timeout });
      else throw badArgument("webWait needs a `selector` or a `text`");
      return { ok: true };
    },
  }),
  webType: define({
    summary: "Types into a field of a page, in the place of what is there.",
    params: {
      ...PAGE,
      selector: SELECTOR,
      text: STRING,
      submit: { ...BOOLEAN, default: false, description: "presses Enter then" },
    },
    main: "pageId",
    positional: [members("request")],
    returns: DONE,
    budgetMs,
    permissionOf,
    run: async (context, { pageId, selector, text, submit, timeoutMs: timeout }) => {
      const field = (await Browser.of(context)).page(pageId).page.locator(selector).first();
      await field.fill(text, { timeout });
      if (submit) await field.press("Enter", { timeout });
      return { ok: true };
    },
  }),
  webSnapshot: define({
    summary: "The text of a page, and what it has written to its console, thrown, or failed to fetch.",
    params: { ...PAGE, maxChars: { ...NUMBER, optional: true, description: "of the text" } },
    main: "pageId",
    positional: [members("request")],
    returns: record({
      url: STRING,
      title: STRING,
      text: STRING,
      diagnostics: { type: "array", items: NOTE },
    }),
    effect: "reads",
    budgetMs,
    permissionOf,
    run: async (context, { pageId, maxChars, timeoutMs: timeout }) => {
      const { page, notes } = (await Browser.of(context)).page(pageId);
      const text = (await page.locator("body").textContent({ timeout })) ?? "";
      const title = await page.title();
      return { url: page.url(), title, text: text.slice(0, maxChars), diagnostics: [...notes] };
    },
  }),
  webEvaluate: define({
    summary: "The value of a JavaScript expression in a page.",
    params: { ...PAGE, expression: STRING },
    main: "pageId",
    positional: [members("request")],
    returns: { ...ANY, optional: true },
    budgetMs,
    permissionOf,
    run: async (context, { pageId, expression }) =>
      (await Browser.of(context)).page(pageId).page.evaluate(expression),
  }),
}));
