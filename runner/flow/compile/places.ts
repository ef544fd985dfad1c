import type { Position } from "../../scenario/source/source.ts";
import type { TextPlace } from "../types.ts";

/**
 * Where in the file the parts of a text stand, as few of them as say it all.
 * @param locate position in the file of an offset in the text
 * @returns nothing for a text all of whose offsets have the same position
 */
export function textPlaces(text: string, locate: (offset: number) => Position): TextPlace[] {
  const places: TextPlace[] = [];
  if (text !== "" && runs(locate(0), locate(text.length), 0)) return places;
  const lines = text.split("\n");
  let offset = 0;
  for (const { length } of lines) {
    const start = locate(offset);
    // Where nothing was folded or escaped the ends of the line say where all of it stands.
    const isWhole = runs(start, locate(offset + length), length);
    for (let at = 0; at <= (isWhole ? 0 : length); at += 1) add(places, offset + at, locate(offset + at));
    offset += length + 1;
  }
  return places;
}

function add(places: TextPlace[], offset: number, position: Position): void {
  const last = places.at(-1);
  if (!last || !runs(last, position, offset - last.offset)) places.push({ offset, ...position });
}

/** Whether columns run on from one position to another `length` characters later. */
function runs(from: Position, to: Position, length: number): boolean {
  return from.line === to.line && to.column - from.column === length;
}
