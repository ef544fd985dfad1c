/**
 * What was expected and what was seen as one diff, where both are told place by place: a line of each in turn.
 * @returns undefined where they are not told so
 */
export function placeByPlace(expected: string | undefined, seen: string | undefined): string | undefined {
  const wanted = expected?.split("\n") ?? [];
  const there = seen?.split("\n") ?? [];
  if (wanted.length < 2 || wanted.length !== there.length) return undefined;
  const isOnePlace = (line: string, index: number) =>
    placeOf(line) !== "" && placeOf(line) === placeOf(there[index]);
  if (!wanted.every(isOnePlace)) return undefined;
  return wanted.flatMap((line, index) => [`- ${line}`, `+ ${there[index]}`]).join("\n");
}

function placeOf(line = ""): string {
  return /^(\S+): /.exec(line)?.[1] ?? "";
}
