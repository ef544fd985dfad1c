import { createHash } from "node:crypto";
import { formatDuration, plural, printable } from "../../base/text.ts";
import type { ParityGateway, ParityScenario } from "../parity-schema.ts";
import { resultText } from "../render-markdown.ts";
import type { Changed, Changes } from "./changes.ts";
import { STYLE } from "./style.ts";

/** Markup, as opposed to text: only `html` makes it. */
interface Markup {
  markup: string;
}

type Part = string | Markup | readonly Part[];

/** Markup in which every text that is put in is escaped. */
function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return { markup: strings.reduce((sum, text, index) => sum + markupOf(parts[index - 1] ?? "") + text) };
}

function markupOf(part: Part): string {
  if (typeof part === "string") return escapeHtml(part);
  return "markup" in part ? part.markup : part.map(markupOf).join("");
}

/** Text that a browser shows as it is, in an element or in a quoted attribute. */
export function escapeHtml(text: string): string {
  return printable(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/**
 * Two gateways side by side, as a page that needs nothing else: no script, no request, and a policy that forbids both.
 */
export function renderPage(changes: Changes): string {
  const { report, verdicts } = changes;
  const compared = verdicts.different.length + verdicts.same.length;
  const [first, second] = namesOf(report.gateways);
  const sections = SECTIONS.map((section) => ({ ...section, ...section.of(changes, [first, second]) }));
  const policy = `default-src 'none'; style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'`;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${first} and ${second}</title>
<style>${{ markup: STYLE }}</style>
</head>
<body>
<header>
<h1>${first} <span>and</span> ${second}</h1>
<p>What is different for those who use them, as ${plural(compared, "scenario")} saw it. Left is ${first}, right is ${second}.</p>
${report.gateways.map(({ problem }, index) => (problem === undefined ? [] : html`<p class="problem">${[first, second][index] ?? ""}: ${problem}.</p>\n`))}<nav><ul>
${sections.map(({ id, title, count }) => html`<li><a href="#${id}"><strong>${count}</strong> ${title}</a></li>\n`)}</ul></nav>
</header>
<main>
${sections.map(({ id, title, about, content }) => html`<section id="${id}">\n<h2>${title}</h2>\n<p>${about}</p>\n${content}\n</section>\n`)}</main>
<footer>
${table(["gateway", "build", "Node", "protocol", "started", "problem"], report.gateways.map(gatewayRow))}
<p>Made by <code>${report.command}</code>, ${report.createdAt}.</p>
</footer>
</body>
</html>
`;
  return page.markup;
}

interface Shown {
  /** How much of it there is, for the overview. */
  count: string;
  content: Markup;
}

interface Section {
  id: string;
  title: string;
  about: string;
  of(changes: Changes, names: [string, string]): Shown;
}

const SECTIONS: readonly Section[] = [
  {
    id: "verdicts",
    title: "scenarios that end differently",
    about: "A scenario passes where the gateway does what its steps say.",
    of: ({ verdicts: { different, same, open } }, names) => ({
      count: String(different.length),
      content: html`${scenarioTable(different, names)}
${folded(`${plural(same.length, "scenario")} with the same verdict`, scenarioTable(same, names))}
${open.length > 0 ? folded(`${plural(open.length, "scenario")} without a verdict on both`, scenarioTable(open, names)) : []}`,
    }),
  },
  {
    id: "config",
    title: "config keys that changed",
    about: "Keys of the config in force that only one of the two has, or that hold another kind of value.",
    of: ({ config }, names) => ({
      count: String(config.length),
      content: changedTable("key", config, names),
    }),
  },
  {
    id: "answers",
    title: "methods that answer differently",
    about:
      "Members of answers that only one of the two has, or that hold another kind of value. Only what both were asked in the same scenario is compared.",
    of: ({ methods }, names) => ({
      count: String(methods.length),
      content: html`${methods.map(({ method, changed }) => folded(`${method}: ${inNumbers(changed)}`, changedTable("path", changed, names)))}`,
    }),
  },
  {
    id: "messages",
    title: "scenarios with other messages",
    about:
      "What only one of the two said in a chat, in scenarios that ran on both. What is made anew for every run is left out (…).",
    of: ({ messages }, names) => ({
      count: String(messages.length),
      content: table(
        ["scenario", ...names, "said by both"],
        messages.map(({ id, only, both }) => [code(id), ...only.map(lines), String(both)]),
      ),
    }),
  },
  {
    id: "restarts",
    title: "scenarios with other restarts",
    about: "How often the gateway began to listen in a scenario that ran on both.",
    of: ({ restarts }, names) => ({
      count: String(restarts.length),
      content: table(
        ["scenario", ...names],
        restarts.map(({ id, starts }) => [code(id), ...starts.map(String)]),
      ),
    }),
  },
  {
    id: "times",
    title: "scenarios timed on both",
    about:
      "How long a scenario took, and how long its gateway took to be ready. One run each, on a machine that may have had other work.",
    of: ({ times }, names) => ({
      count: String(times.length),
      content: table(
        ["scenario", ...names, "", ...names.map((name) => `${name} ready`)],
        times.map(({ id, took, ready }) => [
          code(id),
          ...took.map(formatDuration),
          ratio(took),
          ...ready.map((ms) => (ms === undefined ? "" : formatDuration(ms))),
        ]),
      ),
    }),
  },
];

function scenarioTable(scenarios: readonly ParityScenario[], names: readonly string[]): Markup {
  return table(
    ["scenario", ...names, "first different step", "why"],
    scenarios.map(({ id, title, results, firstDifference }) => [
      html`${title}<br>${code(id)}`,
      ...results.map((result) => html`<span class="${result.verdict}">${resultText(result)}</span>`),
      firstDifference?.name ?? "",
      lines([...new Set(results.flatMap(({ reason }) => reason ?? []))]),
    ]),
  );
}

const WORDS = { gone: "gone", new: "new", other: "another kind" } as const;

function changedTable(what: string, changed: readonly Changed[], names: readonly string[]): Markup {
  return table(
    [what, "", ...names],
    changed.map(({ path, kind, values }) => [
      code(path || "the answer itself"),
      html`<span class="${kind}">${WORDS[kind]}</span>`,
      ...values,
    ]),
  );
}

/** `3 gone, 1 new`. */
function inNumbers(changed: readonly Changed[]): string {
  const kinds = ["gone", "new", "other"] as const;
  return kinds
    .map((wanted) => [changed.filter(({ kind }) => kind === wanted).length, WORDS[wanted]] as const)
    .flatMap(([count, word]) => (count > 0 ? [`${count} ${word}`] : []))
    .join(", ");
}

function ratio([before, after]: readonly [number, number]): string {
  return before > 0 ? `× ${(after / before).toPrecision(2)}` : "";
}

function gatewayRow({
  product,
  version,
  name,
  buildId,
  node,
  protocol,
  startedAt,
  problem,
}: ParityGateway): Part[] {
  return [
    [product, version].filter(Boolean).join(" ") || name,
    code(buildId ?? ""),
    node ?? "",
    String(protocol ?? ""),
    startedAt ?? "",
    problem ?? "",
  ];
}

/** Product and version, which say more than what was given to --gateway; unless they are the same. */
function namesOf(gateways: readonly ParityGateway[]): [string, string] {
  const [first = "", second = ""] = gateways.map(({ product, version, name }) =>
    product && version ? `${product} ${version}` : name,
  );
  return first === second ? [gateways[0]?.name ?? "", gateways[1]?.name ?? ""] : [first, second];
}

function table(columns: readonly Part[], rows: readonly (readonly Part[])[]): Markup {
  if (rows.length === 0) return html`<p class="none">None.</p>`;
  const body = rows.map((cells) => html`<tr>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>\n`);
  return html`<div class="wide"><table>
<thead><tr>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
<tbody>
${body}</tbody>
</table></div>`;
}

function folded(title: string, content: Markup): Markup {
  return html`<details><summary>${title}</summary>${content}</details>\n`;
}

function code(text: string): Markup {
  return html`<code>${text}</code>`;
}

function lines(texts: readonly string[]): Markup {
  return html`${texts.map((text) => html`<p>${text}</p>`)}`;
}
