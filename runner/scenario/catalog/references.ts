import { existsSync } from "node:fs";
import { isAbsolute, resolve } from "node:path";
import { isWithin } from "../../base/paths.ts";
import { type Finding, findingAtPath, ownRule } from "../source/finding.ts";
import type { Diagnostic } from "../source/source.ts";
import type { Scenario } from "../types.ts";

const LISTS = ["docsRefs", "codeRefs"] as const;

/**
 * Tells references to documents and code that do not exist. Results are kept, because scenarios
 * of one pack name the same files again and again.
 */
export class ReferenceChecker {
  readonly #known = new Map<string, boolean>();

  check(scenario: Scenario): Diagnostic[] {
    return LISTS.flatMap((list) =>
      (scenario.meta[list] ?? []).flatMap((reference, index) => {
        const finding = this.#judge(reference, scenario);
        return finding ? [findingAtPath(scenario.metadata, [list, index], finding)] : [];
      }),
    );
  }

  #judge(reference: string, { pack }: Scenario): Finding | undefined {
    if (/^https?:\/\//.test(reference)) return undefined;
    const name = reference.replace(/#.*$/, "");
    const path = resolve(pack.referenceRoot, name);
    const severity = ownRule(pack.foreign);
    if (isAbsolute(name) || !isWithin(path, pack.referenceRoot)) {
      return {
        code: "reference-outside-repository",
        severity,
        message: `\`${reference}\` leads out of the repository`,
        hint: "Name files relative to the root of the repository.",
      };
    }
    if (this.#exists(path)) return undefined;
    return {
      code: "missing-reference",
      severity,
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
