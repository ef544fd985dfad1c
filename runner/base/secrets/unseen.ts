/**
 * What a terminal acts on: a string up to its end (a title, a link), a sequence up to its last letter, a charset or a mode.
 * No part can begin within another one, so that the time is in proportion to the text. (Node's own function is not so.)
 */
const TERMINAL_SEQUENCE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
  /(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u0080-\u009f\n]*(?:[\u0007\u009c]|\u001b\\)|(?:\u001b\[|\u009b)[0-?]{0,256}[ -/]{0,16}[@-~]|\u001b[#%()*+][0-~]|\u001b[=>]/g;

/** Control characters but tab and newline, and what has no width of its own: marks, joiners, halves of characters. */
const UNSEEN = /[\p{Cc}--[\t\n]]|[\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/gv;

/** The text without the sequences that a terminal acts on: colors, titles, links. */
export function withoutSequences(text: string): string {
  return text.replace(TERMINAL_SEQUENCE, "");
}

/** The text without what nobody sees. Whoever prints a text may leave that out, and so join what it had split. */
export function withoutUnseen(text: string): string {
  return text.replace(UNSEEN, "");
}

/** Whether there is anything in the text that one of the two takes out. */
export function hasUnseen(text: string): boolean {
  // Every sequence begins with a character that is not seen.
  return text.search(UNSEEN) !== -1;
}
