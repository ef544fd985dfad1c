import { isAbsolute, relative, sep } from "node:path";

/** Whether `path` is `folder` or lies below it. */
export function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return !(isAbsolute(way) || way === ".." || way.startsWith(`..${sep}`));
}

/** A path as a person reads and types it in `from`: relative where it lies below it, with forward slashes. */
export function displayPath(path: string, from: string): string {
  const shown = isWithin(path, from) ? relative(from, path) || "." : path;
  return shown.split(sep).join("/");
}

/** Whether a path is that of a packed plugin, as `npm pack` names it, and not of a folder. */
export function isPackedPlugin(path: string): boolean {
  return /\.(?:tgz|tar\.gz)$/.test(path);
}
