import { rename, writeFile } from "node:fs/promises";

/** Writes a file so that a reader sees the old or the new text, never half of one. Mode 0600. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const next = `${path}.next`;
  await writeFile(next, text, { mode: 0o600 });
  await rename(next, path);
}
