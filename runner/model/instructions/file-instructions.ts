/** What a text asks to be done with a file of the workspace. */
export type FileInstruction =
  | { kind: "read"; path: string }
  | { kind: "write"; path: string; content: string };

const FILE = String.raw`[\`"']?((?:[\w@-]|\.(?=[\w/.]))[\w./@-]*\.[A-Za-z]\w{0,4})\b[\`"']?`;
const READ =
  /\b(?:use\s+the\s+read\s+tool\s+(?:exactly\s+)?(?:once\s+)?on|re-?read|read|open|inspect)\s+(?:the\s+file\s+)?/gi;
const LISTED_FILE = new RegExp(String.raw`${FILE}(\s*,\s*(?:and\s+)?|\s+and\s+)?`, "y");
const WRITE = new RegExp(
  String.raw`\b(?:create|write)\s+(?:the\s+file\s+)?${FILE}[^\n.]*?\b(?:containing|with\s+the\s+content)\b(?:\s+exactly)?(?:\s+this\s+line)?\s*:?\s*([^\n]+)`,
  "gi",
);
const NEGATED = /\b(?:do not|don't|never|not|without)\s+(?:ever\s+)?$/i;

/**
 * What a text asks to be done with files, in order: "read <file>, <file> and <file>", and "create <file>
 * containing exactly <the rest of the line, or the next line>". A file is a path with an extension.
 */
export function fileInstructions(text: string): FileInstruction[] {
  return [...reads(text), ...writes(text)].sort((a, b) => a.at - b.at).map(({ instruction }) => instruction);
}

interface Found {
  at: number;
  instruction: FileInstruction;
}

function reads(text: string): Found[] {
  return [...text.matchAll(READ)].flatMap((verb): Found[] => {
    if (NEGATED.test(text.slice(0, verb.index))) return [];
    const found: Found[] = [];
    LISTED_FILE.lastIndex = verb.index + verb[0].length;
    for (let more = true; more; ) {
      const match = LISTED_FILE.exec(text);
      if (match) found.push({ at: match.index, instruction: { kind: "read", path: String(match[1]) } });
      more = match?.[2] !== undefined;
    }
    return found;
  });
}

function writes(text: string): Found[] {
  return [...text.matchAll(WRITE)].flatMap((match): Found[] => {
    if (NEGATED.test(text.slice(0, match.index))) return [];
    const [, path = "", content = ""] = match;
    return [{ at: match.index, instruction: { kind: "write", path, content: `${content.trim()}\n` } }];
  });
}
