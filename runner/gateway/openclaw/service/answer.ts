/** How a command of the service manager ends. */
export interface Answer {
  code: number;
  stdout: string;
  stderr: string;
  /** The stand-in does not know what was asked, and a real manager might. */
  isUnknown?: boolean;
}

/** @param text without its last line break */
export function answered(text = "", code = 0): Answer {
  return { code, stdout: text === "" ? "" : `${text}\n`, stderr: "" };
}

export function refused(why: string, code = 1): Answer {
  return { code, stdout: "", stderr: `${why}\n` };
}
