import { deserialize, serialize } from "node:v8";

/** More than any evidence that a scenario could ask for; what claims to be longer is no frame. */
const MAX_BYTES = 256 * 1024 * 1024;
const LENGTH_BYTES = 4;
const NO_KEY = new Uint8Array();

/**
 * A value on its way to another process: the sender's key if it has one, the value's length, the value.
 * @throws DataCloneError for a value that cannot be copied, such as a function
 */
export function encodeFrame(value: unknown, key: Uint8Array = NO_KEY): Buffer {
  const body = serialize(value);
  const length = Buffer.allocUnsafe(LENGTH_BYTES);
  length.writeUInt32LE(body.length);
  return Buffer.concat([key, length, body]);
}

/** Makes values of a stream of bytes again. */
export class FrameReader {
  readonly #isKey: (bytes: Uint8Array) => boolean;
  readonly #headBytes: number;
  readonly #keyBytes: number;
  #held: Buffer[] = [];
  #size = 0;

  /** @param isKey tells the key, of `keyBytes` bytes, that every frame must begin with */
  constructor(keyBytes = 0, isKey: (bytes: Uint8Array) => boolean = () => true) {
    this.#isKey = isKey;
    this.#keyBytes = keyBytes;
    this.#headBytes = keyBytes + LENGTH_BYTES;
  }

  /** @throws Error for what is no frame, as soon as that can be seen */
  *push(chunk: Buffer): Iterable<unknown> {
    this.#held.push(chunk);
    this.#size += chunk.length;
    while (this.#size >= this.#headBytes) {
      const head = this.#whole(this.#headBytes);
      if (!this.#isKey(head.subarray(0, this.#keyBytes))) throw new Error("a message without the key");
      const length = head.readUInt32LE(this.#keyBytes);
      if (length > MAX_BYTES) throw new Error(`a message of ${length} bytes`);
      const end = this.#headBytes + length;
      if (this.#size < end) return;
      const whole = this.#whole(end);
      const rest = whole.subarray(end);
      this.#held = rest.length > 0 ? [rest] : [];
      this.#size = rest.length;
      yield deserialize(whole.subarray(this.#headBytes, end));
    }
  }

  /** What is held, in one piece if the beginning of it that is asked for is not. */
  #whole(bytes: number): Buffer {
    const [first] = this.#held;
    if (first && first.length >= bytes) return first;
    const joined = Buffer.concat(this.#held);
    this.#held = [joined];
    return joined;
  }
}
