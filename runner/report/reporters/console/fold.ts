import { oneLine, shorten } from "../../../base/text.ts";

/** What folds lines of a log away until a reader asks for them. */
export interface Fold {
  /** @param title stays visible */
  open(title: string): string;
  close(): string;
}

const LONGEST_TITLE = 160;

interface FoldOptions {
  env: Readonly<Record<string, string | undefined>>;
  /** What switches workflow commands of GitHub on again. */
  token: string;
  /** They are switched off for the whole run already, with the same token. */
  switchedOff: boolean;
}

/**
 * How the CI service that shows the output folds lines. What a gateway or a model says stands in between, and commands nothing.
 * @returns undefined where there is no such service
 */
export function foldFor({ env, token, switchedOff }: FoldOptions): Fold | undefined {
  if (env.GITHUB_ACTIONS === "true") {
    const off = `::stop-commands::${token}\n`;
    const on = `::${token}::\n`;
    return {
      open: (title) => `${switchedOff ? on : ""}::group::${inTitle(title)}\n${off}`,
      close: () => `${on}::endgroup::\n${switchedOff ? off : ""}`,
    };
  }
  if (env.GITLAB_CI === "true") {
    let count = 0;
    const marker = (what: string, rest: string) =>
      `\u001b[0Ksection_${what}:${Math.floor(Date.now() / 1000)}:qa_${count}${rest}\r\u001b[0K`;
    return {
      open(title) {
        count += 1;
        return `${marker("start", "[collapsed=true]")}${inTitle(title)}\n`;
      },
      close: () => `${marker("end", "")}\n`,
    };
  }
  return undefined;
}

function inTitle(text: string): string {
  return shorten(oneLine(text), LONGEST_TITLE);
}
