import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../../runner/base/places.js";

/**
 * The licences of the packages that were bundled.
 * @param inputs files of the bundles, relative to the checkout
 * @throws Error for a package without the text of its licence
 */
export async function noticesOf(inputs: readonly string[]): Promise<string> {
  const folders = new Set(
    inputs.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []),
  );
  const notices = await Promise.all([...folders].sort().map((folder) => noticeOf(join(ROOT, folder))));
  return ["# Licences of the packages in this folder's files", ...new Set(notices)].join("\n\n");
}

async function noticeOf(folder: string): Promise<string> {
  const { name, version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file ? (await readFile(join(folder, file), "utf8")).trim() : `Licence: ${license}`;
  return `## ${name} ${version}\n\n${text.replaceAll(/^/gm, "    ")}`;
}
