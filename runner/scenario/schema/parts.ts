/** A text that is not blank; surrounding white space is dropped on loading. */
export const text = {
  type: "string",
  pattern: "\\S",
  patternErrorMessage: "must not be empty",
} as const;

export const textList = { type: "array", items: text } as const;

/** Id of a behaviour, for instance `plugins.hot-reload`. */
export const dottedId = {
  type: "string",
  pattern: "^[a-z0-9][a-z0-9_-]*(?:\\.[a-z0-9][a-z0-9_-]*)+$",
  patternErrorMessage:
    "must be a dotted lower-case id of two or more parts, for instance `plugins.hot-reload`",
} as const;

/** Formats that the schemas name; the generated validators import them. */
export const formats = {
  regex: { validate: isRegularExpression },
};

function isRegularExpression(source: string): boolean {
  try {
    new RegExp(source);
    return true;
  } catch {
    return false;
  }
}
