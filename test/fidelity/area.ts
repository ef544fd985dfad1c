import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Finding } from "./findings.ts";
import type { Release } from "./release.ts";

/**
 * How the embedded gateway compares with published releases. An area is one file in `areas/`, named like the area, whose
 * export `area` asks the release's own code and ours, and makes findings of the answers:
 *
 *     export const area: Area = {
 *       title: "Session keys",
 *       async compare(release) {
 *         const theirs = await release.take<(id: string) => string>("buildKey", "session-key");
 *         return [await Finding.rule("main key", { fixed: ["qa"], random: fc.string(), theirs, ours: buildKey })];
 *       },
 *     };
 *
 * - `release.take(name, chunk)` imports what a chunk of the release declares; `takeFromRegions` only a part of a chunk.
 *   Whether a release has a function, and in which chunk: `grep -l "^function name(" dist/*.js`.
 * - Findings come from `Finding.names`, `sets`, `rule`, `works` (a real client that ran) and `missing`. A difference that
 *   is meant is given to `rule` as `wanted`, with the row of the seeds or of the reference that wants it.
 * - `embeddedGateway()` (embedded.ts) is a running gateway for areas that need one. It and everything that takes more
 *   than a second makes the area `slow`: then only the night suite and `pnpm fidelity` compare it.
 * - `pnpm fidelity [area …]` compares with the releases that are installed and writes docs/fidelity/<area>.json and
 *   docs/fidelity.md. Commit both. On a merge conflict in the page take either side; `--page` writes it from the rows.
 *
 * Tests compare again and fail when a row has become worse than the committed one.
 */
export interface Area {
  /** For people. */
  title: string;
  /** Needs a gateway, a client, or seconds. */
  slow?: true;
  /** Why it cannot be compared on this machine; its committed rows stay then. */
  obstacle?(): Promise<string | undefined>;
  compare(release: Release): Promise<Finding[]>;
}

/** What an area's text says of it: importing it brings all that it compares. */
export interface ListedArea {
  /** Of its file. */
  name: string;
  title: string;
  slow: boolean;
}

/** All areas, in the order of their names. */
export function listAreas(): ListedArea[] {
  return globSync("areas/*.ts", { cwd: import.meta.dirname })
    .sort()
    .map((file) => {
      const text = readFileSync(join(import.meta.dirname, file), "utf8");
      const name = basename(file, ".ts");
      return {
        name,
        title: /^ {2}title: "(.+)",$/m.exec(text)?.[1] ?? name,
        slow: /^ {2}slow: true,$/m.test(text),
      };
    });
}

/** @param name as `listAreas` has it */
export async function loadArea(name: string): Promise<Area> {
  const { area } = (await import(join(import.meta.dirname, "areas", `${name}.ts`))) as { area: Area };
  return area;
}
