import { existsSync } from "node:fs";
import type { Command } from "commander";
import { EXIT } from "../../base/exit-codes.ts";
import { userFolder } from "../../base/invocation.ts";
import { plural } from "../../base/text.ts";
import type { Unproven } from "../../prove/unproven.ts";
import type { Catalog } from "../../scenario/catalog/catalog.ts";
import type { Scenario } from "../../scenario/types.ts";
import { addOptions } from "../command-options.ts";
import type { OptionsOf } from "../options.ts";
import { examples, textTable } from "../output.ts";
import { printJson, printNote, printRedacted } from "../redacted.ts";
import { packsIn, provenPath, repositoryRoot } from "../workspace.ts";

const ALL_GATEWAYS = ["embedded", "openclaw", "remote"];

interface Row {
  id: string;
  /** Of its examples. */
  row: string | null;
  title: string;
  theme: string;
  gateways: readonly string[];
  guard: string | null;
  tags: readonly string[];
  file: string;
  /** Why it proves nothing; null where it was seen to fail, and absent where `qa prove` was never run. */
  unproven?: Unproven | null;
}

/** Declares `qa list`. */
export function addListCommand(program: Command, finish: (exitCode: number) => void): Command {
  const command = program
    .command("list")
    .description("list the scenarios: id, title, theme, gateways, guard")
    .addHelpText(
      "after",
      examples("qa list --tag channels", "qa list --pack ../my-plugin/qa", "qa list --json"),
    );
  return addOptions(command, "list").action(async (options: OptionsOf<"list">) =>
    finish(await list(options)),
  );
}

/** Reads the scenario files and nothing else. */
async function list(options: OptionsOf<"list">): Promise<number> {
  const [{ loadCatalog }, { KeptFiles }, { guardOf }] = await Promise.all([
    import("../../scenario/catalog/catalog.ts"),
    import("../../scenario/catalog/kept.ts"),
    import("../../plan/guard.ts"),
  ]);
  const kept = new KeptFiles("metadata");
  const catalog = await loadCatalog({
    repoRoot: repositoryRoot(),
    packs: packsIn(options),
    cwd: userFolder(),
    metadataOnly: true,
    kept,
  });
  kept.save();
  const broken = new Set(
    catalog.diagnostics.filter(({ severity }) => severity === "error").map(({ file }) => file),
  );
  const chosen = await tagged(catalog, options.tag);
  const unproven = await unprovenOf(chosen);
  const rows = chosen.map((scenario) => rowOf(scenario, guardOf(scenario), unproven));
  if (options.json) printJson({ scenarios: rows });
  else printRedacted(rows, table);
  for (const { code, file, message } of catalog.diagnostics) {
    if (code === "link-left-out") printNote(`${file}: ${message}\n`);
  }
  if (catalog.files.length === 0) {
    printNote(
      `there is no qa/scenarios in ${userFolder()} or above it; --builtin lists what comes with the tool\n`,
    );
  }
  if (broken.size > 0) {
    printNote(`${plural(broken.size, "scenario file")} with errors: run \`qa check\`\n`);
  }
  return EXIT.passed;
}

async function tagged(catalog: Catalog, tags: readonly string[]): Promise<readonly Scenario[]> {
  if (tags.length === 0) return catalog.scenarios;
  const { requireTagged } = await import("../../plan/selection.ts");
  return requireTagged(catalog, tags);
}

/** Nothing is loaded for it where nothing was proven. */
async function unprovenOf(
  scenarios: readonly Scenario[],
): Promise<ReadonlyMap<string, Unproven> | undefined> {
  const path = provenPath();
  if (!existsSync(path)) return undefined;
  const { unprovenAmong } = await import("../../prove/unproven.ts");
  return unprovenAmong(scenarios, path);
}

function rowOf(
  scenario: Scenario,
  guard: string | undefined,
  unproven: ReadonlyMap<string, Unproven> | undefined,
): Row {
  return {
    id: scenario.id,
    row: scenario.row?.name ?? null,
    title: scenario.title,
    theme: scenario.theme ?? "",
    gateways: scenario.meta.gateways ?? ALL_GATEWAYS,
    guard: guard ?? null,
    tags: scenario.tags,
    file: scenario.file.name,
    ...(unproven ? { unproven: unproven.get(scenario.id) ?? null } : {}),
  };
}

function table(rows: readonly Row[]): string {
  const hasProven = rows.some(({ unproven }) => unproven !== undefined);
  return textTable([
    ["ID", "THEME", "GATEWAYS", "GUARD", ...(hasProven ? ["PROVEN"] : []), "TITLE"],
    ...rows.map(({ id, theme, gateways, guard, unproven, title }) => [
      id,
      theme,
      ALL_GATEWAYS.every((kind) => gateways.includes(kind)) ? "any" : gateways.join(","),
      guard ?? "-",
      ...(hasProven ? [unproven ?? "yes"] : []),
      title,
    ]),
  ]);
}
