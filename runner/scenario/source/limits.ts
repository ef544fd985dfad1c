/**
 * What a file may hold: far beyond any that is meant, and little enough that reading it takes no time worth speaking of.
 * docs/scenario-format.md has them too.
 */
export const LIMITS = {
  /** Bytes of a file. */
  fileBytes: 1024 * 1024,
  /** Lists and quotes in one another, in Markdown. */
  markdownDepth: 100,
  /** Lists, mappings and texts in one another, in YAML. */
  yamlDepth: 100,
  /** Values of a piece of YAML, each as often as aliases repeat it. */
  yamlValues: 50_000,
  /** Brackets in one another, in an expression. */
  expressionDepth: 100,
  /** Characters of an expression. */
  expressionLength: 64 * 1024,
  /** Named groups in the regular expressions of an expression. */
  namedGroups: 100,
  /** Problems of one severity that are reported of one part of a file. */
  problems: 100,
} as const;
