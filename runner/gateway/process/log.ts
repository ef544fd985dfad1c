import { StringDecoder } from "node:string_decoder";
import { beginOfOpenPrivateKey } from "../../base/secrets/patterns.ts";
import type { RedactText } from "../../base/secrets/secrets.ts";
import { withoutSequences } from "../../base/secrets/unseen.ts";

/** Characters kept; older lines go first. A gateway that logs without end must not fill the memory. */
const CAPACITY = 8 * 1024 * 1024;

/** One output stream of a process, written to in arbitrary chunks. */
export interface LogSink {
  write(chunk: Uint8Array): void;
  /** The stream ended: a last line without a line feed counts now. */
  end(): void;
}

/**
 * What a process wrote, without colours and credentials. A line appears when it is complete: half a line
 * could be half a credential, which no redaction finds. So do the lines of a private key, with its last one.
 */
export class LogCapture {
  readonly #redact: RedactText;
  readonly #onLine: () => void;
  #text = "";
  /** Characters dropped from the front; marks count from the very beginning. */
  #dropped = 0;

  /** @param onLine called after each addition, so that waits look again */
  constructor(redact: RedactText, onLine: () => void) {
    this.#redact = redact;
    this.#onLine = onLine;
  }

  sink(): LogSink {
    const decoder = new StringDecoder("utf8");
    let partial = "";
    return {
      write: (chunk) => {
        partial += decoder.write(chunk);
        const end = endOfReady(partial);
        if (end === 0) return;
        this.#append(partial.slice(0, end));
        partial = partial.slice(end);
      },
      end: () => {
        partial += decoder.end();
        if (partial !== "") this.#append(`${partial}\n`);
        partial = "";
      },
    };
  }

  #append(lines: string): void {
    this.#text += this.#redact(withoutSequences(lines));
    if (this.#text.length > CAPACITY) {
      const cut = this.#text.indexOf("\n", this.#text.length - CAPACITY / 2) + 1;
      this.#dropped += cut;
      this.#text = this.#text.slice(cut);
    }
    this.#onLine();
  }

  text(): string {
    return this.#text;
  }

  /** Cursor after the last complete line. */
  mark(): number {
    return this.#dropped + this.#text.length;
  }

  since(mark: number): string {
    return this.#text.slice(Math.max(0, mark - this.#dropped));
  }

  /** The last `count` lines. */
  tail(count: number): string {
    return this.#text.trimEnd().split("\n").slice(-count).join("\n");
  }
}

/** The end of the last line that can be judged. */
function endOfReady(partial: string): number {
  const end = partial.lastIndexOf("\n") + 1;
  const key = beginOfOpenPrivateKey(partial.slice(0, end));
  return key === undefined ? end : partial.lastIndexOf("\n", key) + 1;
}
