import { STATEMENTS } from "../actions/vocabulary.ts";
import type { SourceFile } from "../scenario/source/source.ts";
import { type Edit, formatScenario } from "../scenario/writing/format.ts";

/** What has to change in a scenario file so that it is laid out as all are; nothing if it is. */
export function formatFile(file: Pick<SourceFile, "path" | "text">): Edit[] {
  return formatScenario(file, (action) => {
    const { main = "", params = {} } = Object.hasOwn(STATEMENTS, action) ? (STATEMENTS[action] ?? {}) : {};
    return params[main]?.statements !== undefined;
  });
}
