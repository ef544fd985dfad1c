import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compileScenario } from "../runner/plan/compile.ts";
import { loadCatalog } from "../runner/scenario/catalog/catalog.ts";
import { formatDiagnostics } from "../runner/scenario/source/format.ts";

// `node bench/file-sizes.ts`: processor time, in ms, to read, compile and report files of doubling sizes. What is linear
// about doubles from column to column; the last column is the last step.

const SIZES_KB = [64, 128, 256, 512, 1_000];

const METADATA = "id: demo\ntitle: Demo\nsurface: test\nobjective: O.\nsuccessCriteria: [C.]\n";
const ASSERT = "      - assert: env !== undefined\n";

function scenario(extra: string, actions: string, prose = ""): string {
  const flow = `steps:\n  - name: one\n    actions:\n${actions}`;
  return `---\n${METADATA}${extra}---\n${prose}\n\`\`\`yaml qa-flow\n${flow}\`\`\`\n`;
}

function repeated(length: number, unit: (index: number) => string): string {
  const units: string[] = [];
  for (let size = 0; size < length; size += units.at(-1)?.length ?? length) units.push(unit(units.length));
  return units.join("");
}

const SHAPES: Readonly<Record<string, (length: number) => string>> = {
  prose: (length) =>
    scenario(
      "",
      ASSERT,
      repeated(length, () => "*a* _b_ [c](d) `e` <f> &amp; **\n"),
    ),
  "quotes in quotes": (length) =>
    scenario(
      "",
      ASSERT,
      repeated(length, (i) => `${"> ".repeat(i % 90)}x\n`),
    ),
  "lists in lists": (length) =>
    scenario(
      "",
      ASSERT,
      repeated(length, (i) => `${"  ".repeat(i % 90)}- x\n`),
    ),
  "markers on one line": (length) => scenario("", ASSERT, `${"- ".repeat(length / 2)}x\n`),
  fences: (length) =>
    scenario(
      "",
      ASSERT,
      repeated(length, () => "```yaml qa-flow\n```\n"),
    ),
  "long text": (length) => scenario("", `      - set: a\n        value: "${"x ".repeat(length / 2)}"\n`),
  "unknown keys": (length) =>
    scenario(
      repeated(length, (i) => `key${i}: 1\n`),
      ASSERT,
    ),
  "syntax errors": (length) =>
    scenario(
      "",
      repeated(length, () => '      - "a" "b" ]\n'),
    ),
  statements: (length) =>
    scenario(
      "",
      repeated(length, () => ASSERT),
    ),
  expressions: (length) =>
    scenario(
      "",
      repeated(length, () => `      - assert: "[${"env, ".repeat(2_000)}]"\n`),
    ),
  aliases: (length) =>
    scenario("", `      - set: a\n        value: [&a x, ${repeated(length, () => "*a, ")}]\n`),
};

const folder = await mkdtemp(join(tmpdir(), "qa-sizes-"));
process.stdout.write(`| shape | ${SIZES_KB.map((size) => `${size} kB`).join(" | ")} | step |\n`);
process.stdout.write(`|---|${SIZES_KB.map(() => "---:|").join("")}---:|\n`);
try {
  for (const [name, text] of Object.entries(SHAPES)) {
    await processorMs(text(8 * 1024));
    const times: number[] = [];
    for (const size of SIZES_KB) times.push(await processorMs(text(size * 1024)));
    const step = (times.at(-1) ?? 0) / (times.at(-2) ?? 1);
    process.stdout.write(`| ${name} | ${times.map(Math.round).join(" | ")} | ${step.toFixed(1)} |\n`);
  }
} finally {
  await rm(folder, { recursive: true });
}

async function processorMs(text: string): Promise<number> {
  const path = join(folder, "file.md");
  await writeFile(path, text);
  const before = process.cpuUsage();
  const { diagnostics, scenarios } = await loadCatalog({ repoRoot: folder, paths: [path], cwd: folder });
  const found = [...diagnostics, ...scenarios.flatMap((each) => compileScenario(each).diagnostics)];
  await formatDiagnostics(found, {}, folder);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
