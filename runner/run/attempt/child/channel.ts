import fs from "node:fs";
import { QaError } from "../../../base/errors.ts";
import { unpackError } from "../wire/errors.ts";
import { encodeFrame, FrameReader } from "../wire/frames.ts";
import { type Answer, type FromAttempt, PIPES, type Question, type ToAttempt } from "../wire/messages.ts";

// Taken before any scenario's code could replace them.
const { read, readSync, writeSync } = fs;
const { pid } = process;
const kill = process.kill.bind(process);

const CHUNK_BYTES = 64 * 1024;
const NOTHING = Buffer.alloc(0);

/**
 * The attempt's side of what it and the runner say to each other. Only who has this object can speak for the attempt:
 * each message begins with a key that nothing else holds. Without its runner the attempt ends, with all that it started.
 */
export class Channel {
  readonly #answers = new FrameReader();
  readonly #messages = new FrameReader();
  readonly #key: Buffer;
  #onMessage: ((message: ToAttempt) => void) | undefined;

  /** Waits for the runner's first message, which is on its way since the process was started. */
  constructor() {
    const first = readFrame(PIPES.toAttempt, this.#messages) as ToAttempt;
    if (first.type !== "key") throw new Error(`the runner said ${first.type} before it gave the key`);
    this.#key = Buffer.from(first.key);
  }

  /** Begins to hear the runner. */
  listen(onMessage: (message: ToAttempt) => void): void {
    this.#onMessage = onMessage;
    this.#hear(NOTHING);
  }

  /** @throws QaError `bad-argument` for what cannot be copied into another process */
  send(message: FromAttempt): void {
    let frame: Buffer;
    try {
      frame = encodeFrame(message, this.#key);
    } catch (error) {
      throw new QaError(`it cannot be handed to the runner: ${(error as Error).message}`, {
        code: "bad-argument",
        fault: "scenario",
        hint: "Data can be handed over; functions, promises and other live objects cannot.",
        cause: error,
      });
    }
    writeAll(PIPES.fromAttempt, frame);
  }

  /** Stands still until the runner has answered. @throws what the runner answers with */
  ask(question: Question): unknown {
    this.send(question);
    const answer = readFrame(PIPES.fromAttempt, this.#answers) as Answer;
    if ("error" in answer) throw unpackError(answer.error);
    return answer.value;
  }

  #hear(chunk: Buffer): void {
    for (const message of this.#messages.push(chunk)) this.#onMessage?.(message as ToAttempt);
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    read(PIPES.toAttempt, buffer, 0, buffer.length, null, (error, length) => {
      if (error || length === 0) end();
      this.#hear(buffer.subarray(0, length));
    });
  }
}

function readFrame(pipe: number, reader: FrameReader): unknown {
  for (let chunk = NOTHING; ; ) {
    // It may have come with the one before it.
    for (const value of reader.push(chunk)) return value;
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    const length = readSync(pipe, buffer);
    if (length === 0) end();
    chunk = buffer.subarray(0, length);
  }
}

function writeAll(pipe: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length; ) {
    try {
      written += writeSync(pipe, bytes, written);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EAGAIN") continue;
      end();
    }
  }
}

/** Ends this process and what it has started: it leads a group of its own. */
function end(): never {
  try {
    kill(-pid, "SIGKILL");
  } catch {
    // It leads no group.
  }
  kill(pid, "SIGKILL");
  throw new Error("unreachable");
}
