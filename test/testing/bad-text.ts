import type { SeededRandom } from "./kill/random.ts";

/** What opens, closes, nests or interrupts something in Markdown, YAML or an expression. */
const MARKERS = [
  "> ",
  "- ",
  "* ",
  "+ ",
  "1. ",
  "10) ",
  "\t",
  "    ",
  "```",
  "~~~",
  "`",
  "_",
  "*",
  "**",
  "[",
  "](",
  "![",
  "]:",
  "<",
  "<!--",
  "<a b",
  "&amp;",
  "|",
  "#",
  "=",
  "\\",
  "---\n",
  "...\n",
  "\n",
  "\n\n",
  "\r",
  "\r\n",
  "\0",
  "a",
  "a: ",
  "? ",
  ": ",
  "- - ",
  "{",
  "}",
  "{a: ",
  "[",
  "]",
  ", ",
  "&a ",
  "*a",
  "<<: *a\n",
  "!x ",
  "!!str ",
  "'",
  '"',
  "|\n",
  ">\n",
  "|2\n ",
  "%YAML 1.2\n",
  "# ",
  "(",
  ")",
  "=>",
  "await ",
  "!",
  "${",
  "/",
  "\ud83d\ude00",
  "\u2028",
  "id: x\n",
  "steps:\n",
  "```yaml qa-flow\n",
];

const METADATA = "id: bad\ntitle: bad\nsurface: soak\nobjective: O.\nsuccessCriteria: [C.]\n";

function withFlow(body: string): string {
  return `---\n${METADATA}---\n\n\`\`\`yaml qa-flow\nsteps:\n  - name: a\n    actions:\n${body}\n\`\`\`\n`;
}

/** Where a body may stand: each is read by another parser, or in another way. */
const FRAMES: readonly ((body: string) => string)[] = [
  (body) => body,
  (body) => `---\n${METADATA}notes: ${body}\n---\n`,
  (body) => `---\n${METADATA}---\n\n${body}\n\n\`\`\`yaml qa-flow\nsteps: []\n\`\`\`\n`,
  (body) => withFlow(`      - set: a\n        value: ${body}`),
  (body) => withFlow(`      - assert: |\n          ${body.replaceAll(/[\r\n]+/g, " ")}`),
  (body) => withFlow(`      - assert: ${JSON.stringify(body)}`),
  (body) => withFlow(body),
  (body) => `title: bad\nscenario:\n  id: bad\n  objective: ${body}\nflow:\n  steps: []\n`,
  (body) => `---\n${METADATA}---\n\n\`\`\`yaml qa-model\n${body}\n\`\`\`\n`,
  (body) => `\`\`\`yaml qa-pack\n${body}\n\`\`\`\n`,
];

/**
 * A file of a few markers, each repeated up to thousands of times, in one of the places where something is parsed.
 * @param size about how many characters at most
 */
export function badText(random: SeededRandom, size = 60_000): string {
  const parts = 1 + Math.floor(random.below(5));
  let body = "";
  for (let part = 0; part < parts; part += 1) {
    const unit = Array.from({ length: 1 + Math.floor(random.below(3)) }, () => pick(random, MARKERS)).join(
      "",
    );
    const times = Math.floor((size / parts / unit.length) ** random.next());
    body += unit.repeat(times);
  }
  return pick(random, FRAMES)(body);
}

function pick<Item>(random: SeededRandom, items: readonly Item[]): Item {
  return items[Math.floor(random.below(items.length))] as Item;
}
