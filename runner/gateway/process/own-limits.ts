/** A release has limits of its own, which it does not keep on a machine that is busy with other work. */
const OWN_LIMIT = /heartbeat did not become ready|\blease\b.*\bwas lost\b|database is (?:locked|busy)/i;

/** Whether what a release says of its end is that it did not keep a limit of its own. */
export function isTooSlow(said: string): boolean {
  return OWN_LIMIT.test(said);
}
