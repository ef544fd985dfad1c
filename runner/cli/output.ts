import { asTyped } from "../base/invocation.ts";

/**
 * Rows of text in columns that are as wide as their widest cell, each row ending with a line feed.
 * @param right indexes of the columns that are aligned to the right
 */
export function textTable(rows: readonly (readonly string[])[], right: readonly number[] = []): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return right.includes(column) ? cell.padStart(width) : cell.padEnd(width);
      })
      .join("  ")
      .trimEnd();
  return rows.map((row) => `${line(row)}\n`).join("");
}

/** The end of a command's help. */
export function examples(...lines: string[]): string {
  const typed = lines.map((line) => asTyped(`\`${line}`).slice(1));
  return `\nExamples:\n${typed.map((line) => `  $ ${line}`).join("\n")}`;
}
