import { existsSync } from "node:fs";
import { isAbsolute, resolve } from "node:path";
import { isWithin } from "../../base/paths.ts";
import { atPath, type Diagnostic, Diagnostics, type DiagnosticText } from "../source/diagnostic.ts";
import type { Scenario } from "../types.ts";

const LISTS = ["docsRefs", "codeRefs"] as const;

/**
 * Reports references to documents and code that do not exist. Results are kept, because scenarios
 * of one pack name the same files again and again.
 */
export class ReferenceChecker {
  readonly #known = new Map<string, boolean>();

  check(scenario: Scenario): Diagnostic[] {
    const diagnostics = new Diagnostics(scenario.pack);
    // Checked where they are written; the package leaves most of what they name out.
    if (scenario.pack.builtin) return diagnostics.all;
    for (const list of LISTS) {
      for (const [index, reference] of (scenario.meta[list] ?? []).entries()) {
        const problem = this.#problemOf(reference, scenario);
        if (problem) diagnostics.ownRule(atPath(scenario.metadata, [list, index]), problem);
      }
    }
    return diagnostics.all;
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
