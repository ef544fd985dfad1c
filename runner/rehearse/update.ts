import { withoutSequences } from "../base/secrets/unseen.ts";
import { oneLine, shorten } from "../base/text.ts";
import { tellingLine } from "../compat/reasons.ts";
import type { DrivenGateway } from "../gateway/gateway.ts";
import { isTooSlow } from "../gateway/process/own-limits.ts";
import type { Release } from "./release.ts";

/** A migration reads and writes the whole state. */
const MIGRATION_MS = 900_000;

/** Who fails once is asked again, as a person would; who fails for want of time gets one attempt more. */
const ATTEMPTS = 2;
const TIMED_OUT = /\btimed? ?out\b/i;

/** How a migration ended. */
export interface Migrated {
  ok: boolean;
  ms: number;
  /** What the last attempt said, a line each. */
  said: string[];
  /** Of each attempt that failed before, or of all: how it ended. */
  failures: MigrationFailure[];
}

interface MigrationFailure {
  exitCode: number | undefined;
  /** In its own words. */
  why: string;
  /** It did not keep a limit of its own. */
  tooSlow: boolean;
}

/** A way to bring an installation to another release. */
export interface UpdateWay {
  /** What the operator does, in order; typed in a shell. */
  commands(to: Release): string[];
  /**
   * What is done when the old gateway has ended, the new package is in its place, and nothing runs.
   * @param gateway the new release's, which has not been started
   */
  migrate(gateway: DrivenGateway, signal: AbortSignal): Promise<Migrated>;
}

/** As it is documented for a gateway that something else than the release keeps running. */
const EXTERNAL: UpdateWay = {
  commands: ({ version }) => [
    "stop the gateway",
    `npm install -g openclaw@${version}`,
    "OPENCLAW_SERVICE_REPAIR_POLICY=external openclaw doctor --fix --non-interactive",
    "start the gateway",
  ],
  migrate: (gateway, signal) =>
    attempted(gateway, signal, ["doctor", "--fix", "--non-interactive"], {
      OPENCLAW_SERVICE_REPAIR_POLICY: "external",
    }),
};

/** The embedded gateway has nothing to migrate; what it says of config and plugins counts all the same. */
const LOOKED_AT: UpdateWay = {
  commands: ({ version }) => [
    "stop the gateway",
    `install ${version}`,
    "gateway doctor",
    "start the gateway",
  ],
  migrate: (gateway, signal) => attempted(gateway, signal, ["doctor"]),
};

/** Runs the command of a migration until it succeeds, or does not get further. */
async function attempted(
  gateway: DrivenGateway,
  signal: AbortSignal,
  command: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Migrated> {
  const begun = performance.now();
  const failures: MigrationFailure[] = [];
  for (;;) {
    const { exitCode, stdout, stderr } = await gateway.runCli(command, {
      timeoutMs: MIGRATION_MS,
      signal,
      env,
    });
    const ms = Math.round(performance.now() - begun);
    const said = linesOf(`${stdout}\n${stderr}`);
    if (exitCode === 0) return { ok: true, ms, said, failures };
    const why = reasonIn(said);
    failures.push({
      exitCode,
      why,
      tooSlow: exitCode === undefined || said.some((line) => isTooSlow(line) || TIMED_OUT.test(line)),
    });
    const extra = failures.some(({ tooSlow }) => tooSlow) ? 1 : 0;
    if (failures.length >= ATTEMPTS + extra) return { ok: false, ms, said, failures };
  }
}

/** How an operator would bring an installation to a release. */
export function wayTo({ packageRoot }: Release): UpdateWay {
  return packageRoot === undefined ? LOOKED_AT : EXTERNAL;
}

/** A doctor that gives up says so, and then why. */
const GIVES_UP = /^Doctor (?:could not|stopped)\b/;

/** Why a migration failed, in its own words. */
export function reasonIn(said: readonly string[]): string {
  const at = said.findLastIndex((line) => GIVES_UP.test(line));
  const why = at < 0 ? undefined : said[at + 1];
  return shorten(why ?? said[at] ?? tellingLine(said.join("\n")) ?? "it says nothing", 400);
}

/** What a line of a box begins with. */
const BORDER = /^\s*[│|]/;
const FRAME = /[│┌┐└┘├┤─╮╯╭╰◇◆●○|]+/g;
/** A box is as wide as its longest line: of one that is narrower than this, nothing was wrapped. */
const NARROWEST = 60;

/** Lines of prose, out of the boxes that they are drawn in, and as long as they were before. */
export function linesOf(output: string): string[] {
  const lines: string[] = [];
  let box: string[] = [];
  const close = () => {
    lines.push(...unwrapped(box));
    box = [];
  };
  for (const raw of withoutSequences(output).split("\n")) {
    const text = oneLine(raw.replaceAll(FRAME, " "));
    if (BORDER.test(raw)) {
      box.push(text);
      continue;
    }
    close();
    lines.push(text);
  }
  close();
  return lines.filter((line) => /[A-Za-z]{3}/.test(line));
}

/** Joins what was wrapped: a line goes on where the next one's first word had no room. */
function unwrapped(box: readonly string[]): string[] {
  const width = Math.max(0, ...box.map(({ length }) => length));
  if (width < NARROWEST) return [...box];
  const lines: string[] = [];
  let last = 0;
  for (const line of box) {
    const [word = ""] = line.split(" ");
    const goesOn = last > 0 && line !== "" && !line.startsWith("- ") && last + 1 + word.length > width;
    if (goesOn) lines.push(`${lines.pop()} ${line}`);
    else lines.push(line);
    last = line.length;
  }
  return lines;
}

/**
 * What a migration could not fetch, because nothing leaves the copy: in its own words.
 * @param said its lines
 */
export function refusedFetch(said: readonly string[]): string | undefined {
  const text = oneLine(said.join(" "));
  if (!text.includes("gateway-qa lets nothing out of this machine")) return undefined;
  return (
    /Failed to (?:install|fetch|update)[^:]*/.exec(text)?.[0] ?? "it wanted to connect to another machine"
  );
}
