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

const NUMBER = "(?:0|[1-9]\\d*)";
const VERSION = `${NUMBER}(?:(?:\\.(?:${NUMBER}|x|\\*)){0,2}|\\.${NUMBER}\\.${NUMBER}-(?:[1-9]\\d*|\\d*[A-Za-z-][\\dA-Za-z-]*)(?:\\.[1-9]\\d*|\\.\\d*[A-Za-z-][\\dA-Za-z-]*|\\.0)*)`;
const COMPARATOR = `(?:[<>]=?|[=~^])?${VERSION}`;
const ALTERNATIVE = `(?:${VERSION} - ${VERSION}|${COMPARATOR}(?: ${COMPARATOR})*)`;

/** A kind of gateway, or versions of OpenClaw as npm writes ranges; dist-tags are none. */
export const GATEWAY_PATTERN = `^(?:embedded|remote|openclaw(?:@${ALTERNATIVE}(?: ?\\|\\| ?${ALTERNATIVE})*)?)$`;

/** Gateways, as a kind or a range of OpenClaw's versions. */
export const gatewayList = {
  type: "array",
  items: {
    type: "string",
    pattern: GATEWAY_PATTERN,
    patternErrorMessage: "is neither a kind of gateway nor a range of OpenClaw's versions",
    examples: ["embedded", "openclaw", "remote", "openclaw@>=2026.5"],
  },
  minItems: 1,
  uniqueItems: true,
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
