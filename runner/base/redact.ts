const PLACEHOLDER = "[redacted]";

/** Shorter values are words, not secrets: replacing them would shred the text. */
const SHORTEST_SECRET = 8;

/** Credentials that are recognizable by their form, whatever their source. */
const PATTERNS: readonly RegExp[] = [
  /(?<=\b(?:Bearer|Basic)\s+)[\w.~+/=-]{8,}/gi,
  // A name and a password in an address: `https://name:password@host`.
  /(?<=\/\/)[^\s/?#@"'<>:]*:[^\s/?#@"'<>]+(?=@)/g,
  /\bsk-[\w-]{8,}/g,
  /\bgh[opsur]_\w{16,}/g,
  /\bgithub_pat_\w{16,}/g,
  /\bxox[abeprs]-[\w-]{8,}/g,
  /\bAKIA[A-Z0-9]{12,}/g,
  /\bAIza[\w-]{20,}/g,
  /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g,
  /(?<=["']?(?:\b|_)(?:api[_-]?key|access[_-]?token|auth[_-]?token|token|secret|password)["']?\s*[:=]\s*["']?)[\w~+/-]{12,}/gi,
];

/** Names of variables and members that hold a credential, in snake case. */
const SECRET_NAME =
  /secret|(?:^|_)(?:api_?key|private_?key|access_?key|key_?id|token|password|passwd|passphrase|credentials?|cookie|authorization)$/;

export type Redactor = (text: string) => string;

/** Whether a variable or member of this name holds a credential: `OPENAI_API_KEY`, `apiKey`, `auth.token`. */
export function isSecretName(name: string): boolean {
  const snakeCase = name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").replaceAll("-", "_");
  return SECRET_NAME.test(snakeCase.toLowerCase());
}

/** Values of the variables that hold a credential, to be redacted in every output. */
export function secretValues(env: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(env).flatMap(([name, value]) => (value && isSecretName(name) ? [value] : []));
}

/**
 * Makes the function that takes credentials out of text: the given values, as they are, URL-encoded
 * or JSON-escaped, and everything that looks like a key, a bearer token or a `token: …` pair.
 */
export function createRedactor(secrets: readonly string[]): Redactor {
  const known = knownForms(secrets);
  return (text) => {
    const withoutKnown = known.reduce((redacted, form) => redacted.replaceAll(form, PLACEHOLDER), text);
    return PATTERNS.reduce((redacted, pattern) => redacted.replace(pattern, PLACEHOLDER), withoutKnown);
  };
}

/** Longest first, so that a secret that begins with another one goes as a whole. */
function knownForms(secrets: readonly string[]): string[] {
  const forms = secrets
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    .flatMap((secret) => [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]);
  return [...new Set(forms)].sort((a, b) => b.length - a.length);
}

/** The same for a JSON value: every text in it, and whole members whose name says that they are secret. */
export function redactValue(value: unknown, redact: Redactor): unknown {
  if (typeof value === "string") return redact(value);
  if (Array.isArray(value)) return value.map((item) => redactValue(item, redact));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      typeof item === "string" && item !== "" && isSecretName(name) ? PLACEHOLDER : redactValue(item, redact),
    ]),
  );
}
