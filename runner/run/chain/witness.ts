import { isJsonObject, type JsonObject } from "../../base/json.ts";
import type { Statement } from "../../flow/types.ts";

/** As many calls and statements are remembered: a scenario may loop for hours. */
const REMEMBERED = 500;

/** A call by which a scenario drove the gateway. Times in milliseconds since the epoch. */
export interface WitnessedCall {
  /** Of the gateway's interface: `call`, `restart` … */
  member: string;
  /** The RPC method, of `call`. */
  method?: string;
  at: number;
  endedAt?: number;
  /** It was refused, or failed. */
  failed?: boolean;
  /** Of the answer: the run that began, that nothing has changed, and what an update came to. */
  runId?: string;
  noop?: boolean;
  update?: { ok: boolean; reason?: string; version?: string };
}

/** A statement that has begun. */
export interface WitnessedStatement {
  statement: Statement;
  at: number;
  endedAt?: number;
  threw?: boolean;
}

/** Watches what a scenario does, from outside its process. Bounded; holds no texts of the scenario's. */
export class Witness {
  readonly startedAt = Date.now();
  readonly calls: WitnessedCall[] = [];
  readonly statements: WitnessedStatement[] = [];
  /** When the step began that runs, or ran last. */
  stepAt = this.startedAt;
  /** Of the gateway's process when the scenario began. */
  readonly bootId: string | undefined;
  readonly #open: WitnessedStatement[] = [];

  constructor(bootId?: string) {
    this.bootId = bootId;
  }

  /** @returns what to call with the answer, or with nothing when there is none */
  called(member: string, method: unknown): (answer?: unknown) => void {
    const call: WitnessedCall = { member, at: Date.now() };
    if (member === "call") call.method = String(method);
    remember(this.calls, call);
    return (answer) => {
      call.endedAt = Date.now();
      if (answer === undefined) call.failed = true;
      if (!isJsonObject(answer)) return;
      if (typeof answer.runId === "string") call.runId = answer.runId;
      if (answer.noop === true) call.noop = true;
      if (method === "update.run") call.update = updateIn(answer);
    };
  }

  stepStarted(): void {
    this.stepAt = Date.now();
  }

  statementStarted(statement: Statement): void {
    const begun = { statement, at: Date.now() };
    this.#open.push(begun);
    remember(this.statements, begun);
  }

  statementEnded(threw: boolean): void {
    const ended = this.#open.pop();
    if (!ended) return;
    ended.endedAt = Date.now();
    ended.threw = threw;
  }

  /** The statement that a failure is about: the last of this label that failed or runs, or whose later check failed. */
  failed(label: string | undefined): WitnessedStatement | undefined {
    const alike = this.statements.filter(({ statement }) => statement.label === label);
    return alike.findLast(({ endedAt, threw }) => threw || endedAt === undefined) ?? alike.at(-1);
  }
}

/** Releases and the embedded gateway answer alike. */
function updateIn({ ok, result }: JsonObject): WitnessedCall["update"] {
  const { reason, after } = isJsonObject(result) ? result : {};
  const version = isJsonObject(after) ? after.version : undefined;
  return {
    ok: ok === true,
    ...(typeof reason === "string" ? { reason } : {}),
    ...(typeof version === "string" ? { version } : {}),
  };
}

function remember<T>(list: T[], entry: T): void {
  list.push(entry);
  if (list.length > REMEMBERED) list.shift();
}
