/** Something that may stand at a place, or what is known of what stands there. */
export interface Suggestion {
  name: string;
  kind: "statement" | "key" | "value";
  /** It stands for all names that the front matter declares below its own. */
  isDeclared?: true;
  /** What it is, in a few words: its type. */
  detail?: string | undefined;
  /** Markdown. */
  about?: string | undefined;
}
