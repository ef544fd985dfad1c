/** How an HTML block ends: at a line that has this, or before a blank line. */
export type HtmlEnd = RegExp | "blank";

const NAMES =
  "address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|dialog|dir|div|dl|dt|" +
  "fieldset|figcaption|figure|footer|form|frame|frameset|h[1-6]|head|header|hr|html|iframe|legend|li|link|main|menu|" +
  "menuitem|nav|noframes|ol|optgroup|option|p|param|search|section|summary|table|tbody|td|tfoot|th|thead|title|tr|" +
  "track|ul";
const ATTRIBUTE = "[ \\t]+[a-zA-Z_:][\\w.:-]*(?:[ \\t]*=[ \\t]*(?:[^ \\t\"'=<>`]+|'[^']*'|\"[^\"]*\"))?";
const TAG = `<(?:[a-zA-Z][a-zA-Z0-9-]*(?:${ATTRIBUTE})*[ \\t]*/?|/[a-zA-Z][a-zA-Z0-9-]*[ \\t]*)>[ \\t]*$`;

/** Beginnings of HTML blocks, in the order in which Markdown tries them. */
const KINDS: readonly { start: RegExp; end: HtmlEnd; interrupts: boolean }[] = [
  {
    start: /<(?:pre|script|style|textarea)(?=[ \t>]|$)/iy,
    end: /<\/(?:pre|script|style|textarea)>/i,
    interrupts: true,
  },
  { start: /<!--/y, end: /-->/, interrupts: true },
  { start: /<\?/y, end: /\?>/, interrupts: true },
  { start: /<![a-zA-Z]/y, end: />/, interrupts: true },
  { start: /<!\[CDATA\[/y, end: /\]\]>/, interrupts: true },
  { start: new RegExp(`</?(?:${NAMES})(?=[ \\t]|/?>|$)`, "iy"), end: "blank", interrupts: true },
  { start: new RegExp(TAG, "y"), end: "blank", interrupts: false },
];

/**
 * Whether an HTML block begins here, and where it ends.
 * @param match finds a sticky pattern where the block would begin
 * @param inParagraph only some kinds may follow a paragraph without a blank line
 */
export function htmlBlock(match: (pattern: RegExp) => unknown, inParagraph: boolean): HtmlEnd | undefined {
  return KINDS.find(({ start, interrupts }) => (interrupts || !inParagraph) && match(start))?.end;
}
