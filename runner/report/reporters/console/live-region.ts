import type cliTruncate from "cli-truncate";
import type { createLogUpdate } from "log-update";
import { formatElapsed } from "../../../base/text.ts";
import { type Cancel, every } from "../../../base/timers.ts";
import { type Activity, doingSince } from "./activity.ts";
import type { Paint } from "./style.ts";

const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const FRAME_MS = 100;

/** The stream of a terminal, as far as the live lines need it. */
export type Terminal = NodeJS.WritableStream & { columns?: number; rows?: number };

/** What the live lines show. */
export interface LiveView {
  running: readonly Activity[];
  /** Below the running scenarios, for instance `3 of 9 done`. */
  footer: string;
}

/** Lines at the bottom of a terminal that show what is running; finished lines scroll away above them. */
export class LiveRegion {
  readonly #terminal: Terminal;
  readonly #paint: Paint;
  readonly #view: () => LiveView;
  readonly #update: ReturnType<typeof createLogUpdate>;
  readonly #truncate: typeof cliTruncate;
  readonly #stop: Cancel;
  #frame = 0;

  private constructor(
    terminal: Terminal,
    paint: Paint,
    view: () => LiveView,
    update: ReturnType<typeof createLogUpdate>,
    truncate: typeof cliTruncate,
  ) {
    this.#terminal = terminal;
    this.#paint = paint;
    this.#view = view;
    this.#update = update;
    this.#truncate = truncate;
    const nextFrame = () => {
      this.#frame += 1;
      this.render();
    };
    // The elapsed time alone is no reason for the process to stay.
    this.#stop = every(FRAME_MS, nextFrame, { unref: true });
  }

  /** Loads what only a terminal needs and takes over its last lines until `close`. */
  static async open(terminal: Terminal, paint: Paint, view: () => LiveView): Promise<LiveRegion> {
    const [{ createLogUpdate: create }, { default: truncate }] = await Promise.all([
      import("log-update"),
      import("cli-truncate"),
    ]);
    return new LiveRegion(terminal, paint, view, create(terminal), truncate);
  }

  render(): void {
    const lines = this.#lines();
    if (lines.length > 0) this.#update(lines.join("\n"));
    else this.#update.clear();
  }

  /** Writes lines that stay, above the live ones. */
  print(lines: readonly string[]): void {
    // Not log-update's own `persist`: that would break long lines, and with them commands to copy.
    this.#update.clear();
    this.#terminal.write(`${lines.join("\n")}\n`);
    this.render();
  }

  /** Removes the live lines and gives the cursor back. */
  close(): void {
    this.#stop();
    this.#update.clear();
    this.#update.done();
  }

  #lines(): string[] {
    const { running, footer } = this.#view();
    const columns = Math.max(1, (this.#terminal.columns || 80) - 1);
    const rows = Math.max(1, (this.#terminal.rows || 24) - 3);
    const spinner = FRAMES[this.#frame % FRAMES.length] ?? "";
    const now = Date.now();
    const lines = running.slice(0, rows).map((activity) => {
      const { id, startedAt } = activity;
      const elapsed = formatElapsed(Math.max(0, now - startedAt));
      return `${this.#paint("cyan", spinner)} ${id}  ${elapsed}  ${this.#paint("dim", doingSince(activity, now))}`;
    });
    if (footer !== "") lines.push(this.#paint("dim", `  ${footer}`));
    return lines.map((line) => this.#truncate(line, columns));
  }
}
