import { EXIT } from "../../base/exit-codes.ts";
import { guardOf } from "../../plan/eligibility.ts";
import { selectScenarios } from "../../plan/selection.ts";
import { loadCatalog } from "../../scenario/catalog/catalog.ts";
import type { Scenario } from "../../scenario/types.ts";
import type { ListOptions } from "../list-options.ts";
import { textTable } from "../table.ts";
import { REPO_ROOT, userFolder } from "../workspace.ts";

const ALL_GATEWAYS = ["embedded", "openclaw", "remote"];

interface Row {
  id: string;
  title: string;
  theme: string;
  gateways: readonly string[];
  guard: string | null;
  tags: readonly string[];
  file: string;
}

/** `qa list`: needs the scenario files and nothing else. */
export async function list(options: ListOptions): Promise<number> {
  const { scenarios, diagnostics } = await loadCatalog({
    repoRoot: REPO_ROOT,
    packs: options.pack,
    cwd: userFolder(),
    metadataOnly: true,
  });
  const broken = new Set(diagnostics.filter(({ severity }) => severity === "error").map(({ file }) => file));
  const chosen =
    options.tag.length === 0
      ? scenarios
      : selectScenarios(scenarios, { patterns: [], tags: options.tag, all: false }).map(
          ({ scenario }) => scenario,
        );
  const rows = chosen.map(rowOf);
  process.stdout.write(options.json ? `${JSON.stringify({ scenarios: rows }, undefined, 2)}\n` : table(rows));
  if (broken.size > 0) {
    process.stderr.write(`${broken.size} scenario file(s) have errors: run \`qa check\`\n`);
  }
  return EXIT.passed;
}

function rowOf(scenario: Scenario): Row {
  return {
    id: scenario.id,
    title: scenario.title,
    theme: scenario.theme ?? "",
    gateways: scenario.meta.gateways ?? ALL_GATEWAYS,
    guard: guardOf(scenario) ?? null,
    tags: scenario.tags,
    file: scenario.file.name,
  };
}

function table(rows: readonly Row[]): string {
  return textTable([
    ["ID", "THEME", "GATEWAYS", "GUARD", "TITLE"],
    ...rows.map(({ id, theme, gateways, guard, title }) => [
      id,
      theme,
      gateways.length === ALL_GATEWAYS.length ? "any" : gateways.join(","),
      guard ?? "-",
      title,
    ]),
  ]);
}
