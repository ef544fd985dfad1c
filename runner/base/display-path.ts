import { isAbsolute, relative, sep } from "node:path";

/** A path as a person reads it: relative to `from` where it lies below it, with forward slashes. */
export function displayPath(path: string, from: string): string {
  const inside = relative(from, path);
  const shown = inside.startsWith("..") || isAbsolute(inside) || inside === "" ? path : inside;
  return shown.split(sep).join("/");
}
