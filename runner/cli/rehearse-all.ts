import { join, resolve } from "node:path";
import { EXIT } from "../base/exit-codes.ts";
import { readJsonObject } from "../base/files.ts";
import { guardedEnv, guardGroup } from "../base/guardian.ts";
import { typedCommand, userFolder } from "../base/invocation.ts";
import { displayPath } from "../base/paths.ts";
import { PROGRAMS } from "../base/places.js";
import { loadExeca } from "../gateway/process/start-process.ts";
import { readState, type StateFile, stateIds } from "../rehearse/states/state-file.ts";
import type { OptionsOf } from "./options.ts";
import { textTable } from "./output.ts";
import { print, printJson, printNote } from "./redacted.ts";
import { newRunId, type Session } from "./session.ts";

/** A rehearsal that is asked to end ends its gateways first. */
const ENDING_MS = 90_000;

/** What became of a state of the library. */
interface Rehearsed {
  state: string;
  verdict: string;
  /** Absent where the state's file says none. */
  expected?: string;
  why: string;
}

/**
 * Rehearses an update of each state of the library, one after the other, each in a process of its own.
 * @returns 0 where each came to the verdict that its file says, 1 where one came to another, 4 where one came to none
 * @throws QaError for a file of the library that is invalid; the signal's reason
 */
export async function rehearseAll(options: OptionsOf<"rehearse">, { signal }: Session): Promise<number> {
  const out = resolve(userFolder(), options.out ?? join("reports", `rehearse-${newRunId()}`));
  const files = await Promise.all((await stateIds()).map(readState));
  const all: Rehearsed[] = [];
  for (const file of files) {
    printNote(`${file.id}: ${file.title}\n`);
    if (file.steps.some((step) => "owner" in step) && process.getuid?.() !== 0) {
      printNote("  left out: only the superuser can make this state\n");
      continue;
    }
    all.push(await rehearseOne(file, options, join(out, file.id), signal));
  }
  if (options.json) printJson(all);
  else {
    const rows = all.map(({ state, verdict, expected, why }) => [
      state,
      verdict,
      isOther({ verdict, expected }) ? `expected ${expected}` : "",
      why,
    ]);
    print(
      `${textTable([["state", "verdict", "", "why"], ...rows])}Reports: ${displayPath(out, userFolder())}\n`,
    );
  }
  const other = all.filter(isOther);
  const unclear = all.filter(
    ({ verdict, expected }) => verdict === "none" || (verdict === "inconclusive" && verdict !== expected),
  );
  if (unclear.length > 0) return EXIT.harness;
  return other.length > 0 ? EXIT.failed : EXIT.passed;
}

function isOther({ verdict, expected }: Pick<Rehearsed, "verdict" | "expected">): boolean {
  return expected !== undefined && verdict !== expected;
}

async function rehearseOne(
  { id, expect }: StateFile,
  { to, slow }: OptionsOf<"rehearse">,
  out: string,
  signal: AbortSignal,
): Promise<Rehearsed> {
  const { execa } = await loadExeca();
  const state = `state:${id}`;
  const args = [
    "rehearse",
    "--state",
    state,
    "--to",
    to,
    "--out",
    out,
    ...(slow === undefined ? [] : ["--slow", String(slow)]),
  ];
  const child = execa(process.execPath, [...process.execArgv, PROGRAMS.main, ...args], {
    env: guardedEnv({ ...process.env, GATEWAY_QA_COMMAND: typedCommand() }),
    extendEnv: false,
    cwd: userFolder(),
    stdin: "ignore",
    stdout: "ignore",
    stderr: "inherit",
    cancelSignal: signal,
    forceKillAfterDelay: ENDING_MS,
    reject: false,
  });
  guardGroup(child.nodeChildProcess);
  await child;
  signal.throwIfAborted();
  const report = await readJsonObject(join(out, "rehearse.json")).catch(() => undefined);
  const { verdict = "none", why = "it came to no report" } = (report ?? {}) as {
    verdict?: string;
    why?: string;
  };
  return { state, verdict, why, ...(expect === undefined ? {} : { expected: expect }) };
}
