/**
 * The lines a terminal would show after `output`, without colours. Knows what live lines are made of:
 * text, line feeds, cursor up and down, erasing a line.
 */
export function screen(output: string): string[] {
  const lines = [""];
  let row = 0;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is looked for
  for (const [token] of output.matchAll(/\u001b\[[?\d;]*[A-Za-z]|\n|[^\u001b\n]+/g)) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: as above
    const [, count = "", code] = /^\u001b\[([?\d;]*)([A-Za-z])$/.exec(token) ?? [];
    if (token === "\n") row += 1;
    else if (code === "A") row -= Number(count || 1);
    else if (code === "B") row += Number(count || 1);
    else if (code === "K" && count === "2") lines[row] = "";
    else if (code === undefined) lines[row] += token;
    while (lines.length <= row) lines.push("");
  }
  return lines;
}
