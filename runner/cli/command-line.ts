/** A command of this program as a user can type it into a shell. */
export function commandLine(command: string, args: readonly string[]): string {
  return ["pnpm qa", command, ...args.map(quoted)].join(" ");
}

/** The words of such a line, without the program and its command. The reverse of `commandLine`. */
export function commandWords(line: string): string[] {
  const words = [...line.matchAll(/(?:[^\s'\\]|'[^']*'|\\')+/g)].map(([word]) =>
    word.replace(/'([^']*)'|\\'/g, (_, inside?: string) => inside ?? "'"),
  );
  return words.slice(3);
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
