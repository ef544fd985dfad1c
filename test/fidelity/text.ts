import { homedir, tmpdir } from "node:os";
import { ROOT } from "../../runner/base/places.js";

/** On one line, without the folders of the machine it ran on, cut where it becomes too long for a row of a table. */
export function oneLine(text: string): string {
  const line = [tmpdir(), homedir(), ROOT]
    .reduce(
      (rest, folder) => rest.replaceAll(new RegExp(`${RegExp.escape(folder)}[^\\s"')]*`, "g"), "<path>"),
      text,
    )
    .replaceAll(/\s+/g, " ")
    .trim();
  return line.length > 400 ? `${line.slice(0, 399)}…` : line;
}
