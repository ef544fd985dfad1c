import { QaError } from "../base/errors.ts";
import { formatDuration, plural } from "../base/text.ts";
import type { KeyPress } from "./keys.ts";

/** What a watch can have done. */
interface WatchedScenarios {
  /** Ids of all that are watched. */
  all(): string[];
  /**
   * Ids of those that a change of these files concerns, each with the file.
   * @param changed absolute
   */
  concernedBy(changed: readonly string[]): Promise<Map<string, string>>;
  /** Ids of those whose last result is a failure. */
  failed(): string[];
  /** @param signal ends it early @returns how it went, in a few words; undefined where it has said so itself */
  run(ids: readonly string[], signal: AbortSignal): Promise<string | undefined>;
  /** Starts what the next run may need. */
  getReady(): void;
}

export interface LoopOptions {
  scenarios: WatchedScenarios;
  /** Writes a line. */
  say(line: string): void;
  /** Writes as it is, for what is being typed. */
  write(text: string): void;
  /** A file as the user reads it. */
  shown(path: string): string;
  /** Ctrl-C was pressed where it is a key like another. */
  interrupt(): void;
  signal: AbortSignal;
}

const OVERTAKEN = new QaError("something newer was to be run", { code: "interrupted", fault: "environment" });

const MOST_OVERTAKEN = 3;

const KEYS = "a all, f failed, r again, p pattern, q quit";

/** What is to be run next. */
interface Wish {
  ids: readonly string[];
  /** Said before it runs. */
  why: string;
  /** Time of the change or the key. */
  since: number;
}

/** Runs scenarios when files change or keys are pressed, one run after the other. A newer wish ends the run that it overtakes. */
export class WatchLoop {
  readonly #options: LoopOptions;
  #pattern = "";
  #last: readonly string[] = [];
  #next: Wish | undefined;
  #running: AbortController | undefined;
  /** What has been typed of a pattern; undefined when none is asked for. */
  #typed: string | undefined;
  /** How often a file has changed while something ran, since it last did while nothing did. */
  readonly #overtaking = new Map<string, number>();
  #ended = false;
  #wake: () => void = () => {};

  constructor(options: LoopOptions) {
    this.#options = options;
  }

  /** @param ids what is run at once @returns when it is over */
  async run(ids: readonly string[]): Promise<void> {
    const { signal, scenarios, say } = this.#options;
    signal.addEventListener("abort", () => this.#end(), { once: true });
    this.#want(ids, "");
    while (!this.#isOver) {
      const next = this.#typed === undefined ? this.#next : undefined;
      if (!next) {
        await new Promise<void>((wake) => {
          this.#wake = wake;
        });
        continue;
      }
      this.#next = undefined;
      this.#last = next.ids;
      if (next.why) say(next.why);
      this.#running = new AbortController();
      const result = await scenarios.run(next.ids, AbortSignal.any([signal, this.#running.signal]));
      this.#running = undefined;
      if (this.#isOver) return;
      if (this.#next !== undefined) continue;
      if (result) say(`${result} in ${formatDuration(performance.now() - next.since)}`);
      scenarios.getReady();
      if (this.#typed === undefined) say(`waiting for a change  (${KEYS})`);
    }
  }

  /** @param changed absolute */
  async changed(all: readonly string[]): Promise<void> {
    const since = performance.now();
    const changed = all.filter((path) => !this.#isWrittenByRuns(path));
    const concerned = await this.#options.scenarios.concernedBy(changed);
    const ids = [...concerned.keys()].filter((id) => this.#fits(id));
    if (ids.length === 0) return;
    const [first = ""] = concerned.values();
    const more = changed.length > 1 ? ` and ${changed.length - 1} more` : "";
    // What is cut off has no result yet.
    const unfinished = this.#next?.ids ?? (this.#running ? this.#last : []);
    const why = `${this.#options.shown(first)}${more}: ${plural(ids.length, "scenario")}`;
    this.#want([...new Set([...unfinished, ...ids])], why, since);
  }

  /** A file that a plugin writes whenever it runs would have it run for ever. */
  #isWrittenByRuns(path: string): boolean {
    if (!this.#running) {
      this.#overtaking.delete(path);
      return false;
    }
    const times = (this.#overtaking.get(path) ?? 0) + 1;
    this.#overtaking.set(path, times);
    if (times === MOST_OVERTAKEN + 1) {
      this.#options.say(
        `${this.#options.shown(path)} is written whenever scenarios run: such a change starts no run`,
      );
    }
    return times > MOST_OVERTAKEN;
  }

  pressed({ text, name, ctrl }: KeyPress): void {
    if (ctrl && (name === "c" || name === "d")) this.#options.interrupt();
    else if (this.#typed !== undefined) this.#type(this.#typed, text, name);
    else if (Object.hasOwn(this.#actions, name)) this.#actions[name]?.();
  }

  readonly #actions: Readonly<Record<string, () => void>> = {
    q: () => this.#end(),
    a: () => this.#want(this.#all(), "all"),
    f: () => {
      const failed = this.#options.scenarios.failed();
      if (failed.length > 0) this.#want(failed, "what failed last");
      else this.#options.say("nothing has failed");
    },
    r: () => this.#want(this.#last, "again"),
    p: () => {
      this.#typed = "";
      this.#running?.abort(OVERTAKEN);
      this.#options.write("part of the ids, nothing for all: ");
    },
  };

  /** A key that is pressed while a pattern is asked for. @param typed so far */
  #type(typed: string, text: string, name: string): void {
    const { write } = this.#options;
    if (name === "return" || name === "enter" || name === "escape") {
      write("\n");
      this.#typed = undefined;
      if (name !== "escape") this.#narrow(typed.trim());
      this.#wake();
    } else if (name === "backspace") {
      if (typed !== "") write("\b \b");
      this.#typed = typed.slice(0, -1);
    } else if (/^[^\p{Cc}]$/u.test(text)) {
      write(text);
      this.#typed = typed + text;
    }
  }

  #narrow(pattern: string): void {
    this.#pattern = pattern;
    const ids = this.#all();
    if (ids.length > 0) this.#want(ids, plural(ids.length, "scenario"));
    else this.#options.say(`no scenario has ${pattern} in its id: all are watched`);
    if (ids.length === 0) this.#pattern = "";
  }

  #all(): string[] {
    return this.#options.scenarios.all().filter((id) => this.#fits(id));
  }

  #fits(id: string): boolean {
    return id.includes(this.#pattern);
  }

  #want(ids: readonly string[], why: string, since = performance.now()): void {
    this.#next = { ids, why, since };
    this.#running?.abort(OVERTAKEN);
    this.#wake();
  }

  #end(): void {
    this.#ended = true;
    this.#running?.abort(OVERTAKEN);
    this.#wake();
  }

  get #isOver(): boolean {
    return this.#ended || this.#options.signal.aborted;
  }
}
