/**
 * Whether lists and objects in a JSON text lie in each other more than `limit` times. Looks at the text once, so that a
 * hostile one is refused before a parser takes seconds, or something that walks through the value overflows the stack.
 */
export function isNestedDeeper(json: string, limit: number): boolean {
  const marks = /["[\]{}]/g;
  let depth = 0;
  for (let mark = marks.exec(json); mark; mark = marks.exec(json)) {
    if (mark[0] === '"') marks.lastIndex = endOfString(json, marks.lastIndex);
    else if (mark[0] === "[" || mark[0] === "{") depth += 1;
    else depth -= 1;
    if (depth > limit) return true;
  }
  return false;
}

/** The place after the closing quote. */
function endOfString(json: string, start: number): number {
  const stops = /["\\]/g;
  stops.lastIndex = start;
  for (let stop = stops.exec(json); stop; stop = stops.exec(json)) {
    if (stop[0] === '"') return stops.lastIndex;
    stops.lastIndex += 1;
  }
  return json.length;
}
