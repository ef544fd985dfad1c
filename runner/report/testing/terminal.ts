import { Writable } from "node:stream";
import { WriteStream } from "node:tty";

/** Stands in for stdout and keeps what was written to it. */
export class CapturedStream extends Writable {
  readonly isTTY: boolean;
  readonly columns: number;
  readonly rows = 24;
  text = "";

  constructor(options: { isTTY?: boolean; columns?: number } = {}) {
    super({ decodeStrings: false });
    this.isTTY = options.isTTY ?? false;
    this.columns = options.columns ?? 80;
  }

  /** What a real terminal would say in this environment. */
  getColorDepth(): number {
    return WriteStream.prototype.getColorDepth.call(this);
  }

  override _write(chunk: string | Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}
