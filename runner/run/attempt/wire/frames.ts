import { deserialize, serialize } from "node:v8";

/** More than any evidence that a scenario could ask for; what claims to be longer is no frame. */
const MAX_BYTES = 256 * 1024 * 1024;
const LENGTH_BYTES = 4;
/** Length of the secret that an attempt's messages begin with. */
export const KEY_BYTES = 32;

/**
 * A value on its way to another process: its length, the sender's key if it has one, the value.
 * @throws DataCloneError for a value that cannot be copied, such as a function
 */
export function encodeFrame(value: unknown, key?: Buffer): Buffer {
  const body = serialize(value);
  const length = Buffer.allocUnsafe(LENGTH_BYTES);
  length.writeUInt32LE(body.length + (key?.length ?? 0));
  return Buffer.concat(key ? [length, key, body] : [length, body]);
}

export function decodeBody(body: Buffer): unknown {
  return deserialize(body);
}

/** Cuts a stream of bytes into the bodies of its frames. */
export class FrameReader {
  #held: Buffer[] = [];
  #size = 0;

  /** @throws RangeError for what is no frame */
  *push(chunk: Buffer): Iterable<Buffer> {
    this.#held.push(chunk);
    this.#size += chunk.length;
    for (;;) {
      if (this.#size < LENGTH_BYTES) return;
      if (this.#held.length > 1 && (this.#held[0]?.length ?? 0) < LENGTH_BYTES) this.#join();
      const length = this.#held[0]?.readUInt32LE() ?? 0;
      if (length > MAX_BYTES) throw new RangeError(`a message of ${length} bytes`);
      if (this.#size < LENGTH_BYTES + length) return;
      this.#join();
      const [whole = Buffer.alloc(0)] = this.#held;
      const rest = whole.subarray(LENGTH_BYTES + length);
      this.#held = rest.length > 0 ? [rest] : [];
      this.#size = rest.length;
      yield whole.subarray(LENGTH_BYTES, LENGTH_BYTES + length);
    }
  }

  #join(): void {
    if (this.#held.length > 1) this.#held = [Buffer.concat(this.#held)];
  }
}
