/** Absolute folder of this user's cache; it need not exist. */
export function userCache(
  env: Readonly<Record<string, string | undefined>>,
  platform?: NodeJS.Platform,
): string;
