import { UsageError } from "./errors.ts";

/** Where the factor is kept, so that everything that the program starts in turn has it too. */
const SLOW_VARIABLE = "GATEWAY_QA_SLOW";
const MOST = 1000;

let factor: number | undefined;

/**
 * How much longer than usual everything may take on this machine; 1 unless the user says otherwise.
 * @throws UsageError when the environment's value is none
 */
export function slowFactor(): number {
  factor ??= fromEnvironment(process.env[SLOW_VARIABLE]);
  return factor;
}

/** Sets the factor for this process and for those that it starts from now on. */
export function setSlowFactor(value: number): void {
  process.env[SLOW_VARIABLE] = String(value);
  factor = value;
}

/** The factor that a text means; undefined if it is none. Below 1 it makes all limits shorter. */
export function parseSlowFactor(text: string): number | undefined {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  return value > 0 && value <= MOST ? value : undefined;
}

/**
 * A limit of the runner on this machine. Whoever starts a timer stretches it, and nobody else: limits are passed on as
 * they are written. What a scenario measures or does for a time of its own choosing is no limit.
 * @param ms milliseconds
 */
export function stretched(ms: number): number {
  return ms * slowFactor();
}

/**
 * What is left of a limit that several waits share, to be passed on to the next of them.
 * @param ms milliseconds from now, as they are written
 */
export function countdown(ms: number): () => number {
  const startedAt = performance.now();
  return () => Math.max(1, ms - (performance.now() - startedAt) / slowFactor());
}

function fromEnvironment(text: string | undefined): number {
  if (text === undefined) return 1;
  const value = parseSlowFactor(text);
  if (value !== undefined) return value;
  throw new UsageError(
    `${SLOW_VARIABLE} is ${JSON.stringify(text)}, which is no factor`,
    `It is a number such as 3, at most ${MOST}: limits become so many times as long. Unset it for the usual ones.`,
  );
}
