/** Kinds of keys that open something; other keys (`sessionKey`, `primaryKey`, `cacheKey`) name or sort. */
const OPENING_KEYS =
  "access|account|api|auth|client|deploy|encrypt|encryption|host|license|master|private|secret|service|shared|signing|ssh|storage|subscription|webhook";

/** Names of variables, members, headers and parameters that hold a credential, in snake case. */
const SECRET_NAME = new RegExp(
  [
    "secret",
    "passw(?:or)?d",
    "pass_?phrase",
    "credential",
    "mnemonic",
    "service_?account(?:_?ref)?$",
    "(?:^|_)(?:authorization|bearer|cookies?2?|jwt|connection_string|shared_access_signature)$",
    // Alone, these are words of other fields: a test that passed, a working folder, a kind of sign-in.
    "(?:_|^pg|^mysql_?|^redis_?)(?:pass|pwd)$",
    "_pat$",
    "(?:^|_)_auth$",
    `(?:^|_)(?:${OPENING_KEYS})_?keys?(?:_id)?$`,
    "(?:^|_)key_id$",
    "token$",
    "(?:access|api|auth|bearer|bot|client|csrf|gateway|personal|push|refresh|registry|security|session)_?tokens$",
  ].join("|"),
);

/** Variables that list tokens. Members of this kind count them, as some variables do. */
const LIST_OF_TOKENS =
  /^(?!.*(?:MAX|MIN|NUM|TOTAL|INPUT|OUTPUT|PROMPT|COMPLETION|CONTEXT|THINKING|REASONING|CACHED?|READ|WRITE|USED|NEW)_TOKENS$)[A-Z\d_]+_TOKENS$/;

/** What such a word begins or ends with where the value is not the credential itself. */
const OTHER_THINGS =
  /_(?:file|path|dir|count|length|limit|budget|name)$|(?:^|_)(?:next|page|continuation|sync|max)_token$/;

/** Names whose whole content is secret, however deep. */
const SECRET_CONTENT = /(?:^|_)(?:credentials|cookies|headers|service_?account(?:_?ref)?)$/;

/** Headers that say what is sent, and not who sends it. */
const PLAIN_HEADER = /^(?:accept|content|cache)(?:_\w+)?$|^(?:host|origin|referer|user_agent)$/;

/** Parameters of an address that hold a credential there, and something else anywhere else. */
const SECRET_PARAMETER = /^(?:auth|key|pass|sig|signature)$/;

/** The same few names stand in line after line of a log, and in event after event. */
const MOST_KEPT = 4_096;

function keptByName<Value extends boolean | string>(
  decide: (name: string) => Value,
): (name: string) => Value {
  const kept = new Map<string, Value>();
  return (name) => {
    const known = kept.get(name);
    if (known !== undefined) return known;
    const value = decide(name);
    if (kept.size >= MOST_KEPT) kept.clear();
    kept.set(name, value);
    return value;
  };
}

const snakeCase = keptByName((name) =>
  name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1_$2")
    .replace(/[-.\s]/g, "_")
    .toLowerCase(),
);

/** Whether a variable or member of this name holds a credential: `OPENAI_API_KEY`, `apiKey`, `auth.token`. */
export const isSecretName = keptByName((name) => {
  const snake = snakeCase(name);
  return (SECRET_NAME.test(snake) || LIST_OF_TOKENS.test(name)) && !OTHER_THINGS.test(snake);
});

/** Whether all texts below a member of this name are credentials: `serviceAccount`, `headers`. */
export function hasSecretContent(name: string): boolean {
  return SECRET_CONTENT.test(snakeCase(name));
}

/** Whether a member is none of them: `headers["Content-Type"]`. */
export function isPlainHeader(name: string): boolean {
  return PLAIN_HEADER.test(snakeCase(name));
}

/** Whether a parameter of this name holds a credential in an address: `?sig=…`. */
export function isSecretParameter(name: string): boolean {
  return isSecretName(name) || SECRET_PARAMETER.test(name.toLowerCase());
}

/** Values of the variables that hold a credential. */
export function secretValues(env: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(env).flatMap(([name, value]) => (value && isSecretName(name) ? [value] : []));
}
