import { existsSync, realpathSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { isPackedPlugin, isWithin } from "../../base/paths.ts";
import { type Diagnostic, Diagnostics, type DiagnosticText, diagnosticAt } from "../source/diagnostic.ts";
import type { SourceFile } from "../source/source.ts";
import type { NamedFolder } from "../surroundings.ts";
import type { Pack, Scenario } from "../types.ts";

const LISTS = ["docsRefs", "codeRefs"] as const;
/** What lies in a folder that is named under a key. */
const MARKERS = { plugins: "openclaw.plugin.json", skills: "SKILL.md" } as const;

/**
 * Reports references to documents and code that do not exist. Results are kept, because scenarios
 * of one pack name the same files again and again.
 */
export class ReferenceChecker {
  readonly #known = new Map<string, boolean>();
  /** What other packs name and is not there, by the root of the pack: mostly the pack was taken out of its repository. */
  readonly #missing = new Map<string, { first: Diagnostic; names: Set<string> }>();

  check(scenario: Scenario): Diagnostic[] {
    const diagnostics = new Diagnostics(scenario.pack);
    // Checked where they are written; the package leaves most of what they name out.
    if (scenario.pack.builtin) return diagnostics.all;
    for (const list of LISTS) {
      for (const [index, reference] of (scenario.meta[list] ?? []).entries()) {
        const problem = this.#problemOf(reference, scenario);
        if (!problem) continue;
        const range = scenario.at([list, index]);
        if (!scenario.pack.foreign || problem.code !== "missing-reference")
          diagnostics.ownRule(range, problem);
        else this.#keep(reference, diagnosticAt(range, "warning", problem), scenario.pack);
      }
    }
    return diagnostics.all;
  }

  /** One warning for each pack from elsewhere that names files which are not there. */
  ofPacks(): Diagnostic[] {
    return [...this.#missing.values()].map(({ first, names }) => {
      const more = names.size - 1;
      if (more === 0) return first;
      return {
        ...first,
        message: `${first.message}, nor ${more} other ${more === 1 ? "file" : "files"} that scenarios of this pack name`,
        hint: "Nothing to do if the pack was taken out of its repository; otherwise correct the paths, which start at its root.",
      };
    });
  }

  #keep(reference: string, found: Diagnostic, { root }: Pack): void {
    const known = this.#missing.get(root) ?? { first: found, names: new Set<string>() };
    known.names.add(reference);
    this.#missing.set(root, known);
  }

  #problemOf(reference: string, { pack }: Scenario): DiagnosticText | undefined {
    if (/^https?:\/\//.test(reference)) return undefined;
    const name = reference.replace(/#.*$/, "");
    const path = resolve(pack.referenceRoot, name);
    if (isAbsolute(name) || !isWithin(path, pack.referenceRoot)) {
      return {
        code: "reference-outside-repository",
        message: `\`${reference}\` leads out of the repository`,
        hint: "Name files relative to the root of the repository.",
      };
    }
    if (this.#exists(path)) return undefined;
    return {
      code: "missing-reference",
      message: `there is no file \`${name}\` in the repository`,
      hint: "Correct the path, which starts at the root of the repository, or remove the entry.",
    };
  }

  #exists(path: string): boolean {
    const known = this.#known.get(path) ?? existsSync(path);
    this.#known.set(path, known);
    return known;
  }
}

/** Reports the folder of a plugin or a skill that is not there, or lies where it must not. */
export function checkNamedFolder(
  { key, written, range }: NamedFolder,
  file: SourceFile,
  pack: Pack,
  diagnostics: Diagnostics,
): void {
  const what = key === "plugins" ? "plugin" : "skill";
  const folder = resolve(dirname(file.path), written);
  const root = pack.referenceRoot;
  const isInside = !isAbsolute(written) && isWithin(folder, root);
  const isPacked = key === "plugins" && isPackedPlugin(folder);
  const isThere = isInside && existsSync(isPacked ? folder : join(folder, MARKERS[key]));
  if (isInside && !isThere) {
    diagnostics.error(range, {
      code: "missing-reference",
      message: `there is no ${what} at \`${written}\``,
      hint: `The path starts at the folder of the scenario's file and leads to a folder that has ${MARKERS[key]} in it${key === "plugins" ? ", or to a packed plugin (.tgz)" : ""}.`,
    });
  } else if (!isThere || !isWithin(realpathSync(folder), realpathSync(root))) {
    diagnostics.error(range, {
      code: "reference-outside-repository",
      message: `the ${what} \`${written}\` lies outside of the pack and its repository`,
      hint: `Keep it below the root of the repository${key === "plugins" ? ", or publish it and name it by `npm`" : ""}.`,
    });
  }
}
