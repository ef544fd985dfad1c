/** The words of a command line of this program, without the program and its command: those of `commandLine`. */
export function commandWords(line: string): string[] {
  const words = [...line.matchAll(/(?:[^\s'\\]|'[^']*'|\\')+/g)].map(([word]) =>
    word.replace(/'([^']*)'|\\'/g, (_, inside?: string) => inside ?? "'"),
  );
  return words.slice(3);
}
