import { emitKeypressEvents, type Key } from "node:readline";
import type { ReadStream } from "node:tty";

export interface KeyPress {
  /** What the key writes; empty for one that writes nothing. */
  text: string;
  /** Of a key with a name: `return`, `escape`, `backspace`, or its letter. */
  name: string;
  ctrl: boolean;
}

/**
 * Hears each key as it is pressed, and no line is shown or edited meanwhile. Where the input is no terminal its characters
 * count as keys.
 * @returns what gives the terminal back as it was
 */
export function listenToKeys(input: NodeJS.ReadStream, onKey: (key: KeyPress) => void): () => void {
  const terminal: ReadStream | undefined = input.isTTY ? input : undefined;
  const listener = (text: string | undefined, { name = "", ctrl = false }: Key) =>
    onKey({ text: text ?? "", name, ctrl });
  const restore = () => {
    process.off("exit", restore);
    input.off("keypress", listener);
    terminal?.setRawMode(false);
    input.pause();
  };
  emitKeypressEvents(input);
  terminal?.setRawMode(true);
  process.on("exit", restore);
  input.on("keypress", listener);
  // An input that cannot be read has no keys.
  input.on("error", () => {});
  input.resume();
  return restore;
}
