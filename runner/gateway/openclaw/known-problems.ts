import { satisfies } from "semver";

/** What npm must be given so that a release installs. */
export interface InstallHelp {
  /** npm overrides. */
  overrides: Readonly<Record<string, string>>;
  ignoreScripts: boolean;
}

interface Problem extends Partial<InstallHelp> {
  range: string;
  /** What goes wrong without help; shown to the user. */
  what: string;
}

/** An empty package in the place of one that cannot be had from the registry and that no scenario needs. */
const HARMLESS = "npm:empty-npm-package@1.0.0";

/** Releases that do not install as they were published. */
const PROBLEMS: readonly Problem[] = [
  {
    range: ">=2026.4.9 <2026.4.15",
    what: "it depends on a git repository (libsignal) and on a package that nothing installs (linkedom)",
    overrides: {
      "@whiskeysockets/libsignal-node": HARMLESS,
      libsignal: HARMLESS,
      linkedom: "0.18.11",
    },
    ignoreScripts: true,
  },
];

/** The help that a release needs, and why; undefined when it installs without any. */
export function installHelpFor(version: string): (InstallHelp & { reasons: string[] }) | undefined {
  const problems = PROBLEMS.filter(({ range }) => satisfies(version, range, { includePrerelease: true }));
  if (problems.length === 0) return undefined;
  return {
    reasons: problems.map(({ what }) => what),
    overrides: Object.assign({}, ...problems.map(({ overrides }) => overrides)),
    ignoreScripts: problems.some(({ ignoreScripts }) => ignoreScripts),
  };
}
