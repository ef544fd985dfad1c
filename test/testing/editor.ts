import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { onTestFinished } from "vitest";
import {
  createProtocolConnection,
  type Diagnostic,
  type InitializeResult,
  type ProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageserver/node";
import { ROOT } from "./qa.ts";

/** An editor that has started `qa lsp` and speaks the protocol with it, with the client half of the same library. */
export class Editor {
  readonly process: ChildProcess;
  readonly connection: ProtocolConnection;
  #stderr = "";
  readonly #published = new Map<string, { version: number | undefined; diagnostics: Diagnostic[] }>();
  #wake: (() => void)[] = [];

  private constructor(process: ChildProcess) {
    const { stdin, stdout, stderr } = process;
    if (!stdin || !stdout || !stderr) throw new Error("it has no pipes");
    this.process = process;
    this.connection = createProtocolConnection(
      new StreamMessageReader(stdout),
      new StreamMessageWriter(stdin),
    );
    stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr += text;
    });
    // What was asked is not answered any more.
    process.once("exit", () => this.connection.dispose());
    // The process may be gone before its input is.
    stdin.on("error", () => {});
  }

  static start(folder: string): Editor {
    const child = spawn(process.execPath, [join(ROOT, "runner/cli/main.js"), "lsp", "--stdio"], {
      cwd: folder,
      stdio: "pipe",
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    return new Editor(child);
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** Begins the conversation as editors do. */
  async initialize() {
    this.connection.onNotification("textDocument/publishDiagnostics", ({ uri, version, diagnostics }) => {
      this.#published.set(uri, { version, diagnostics });
      for (const wake of this.#wake.splice(0)) wake();
    });
    this.connection.listen();
    const result = await this.connection.sendRequest<InitializeResult>("initialize", {
      processId: process.pid,
      rootUri: null,
      capabilities: {},
    });
    await this.connection.sendNotification("initialized", {});
    return result;
  }

  async open(path: string, text: string): Promise<string> {
    const uri = pathToFileURL(path).href;
    await this.connection.sendNotification("textDocument/didOpen", {
      textDocument: { uri, languageId: "markdown", version: 1, text },
    });
    return uri;
  }

  change(uri: string, version: number, text: string): Promise<void> {
    return this.connection.sendNotification("textDocument/didChange", {
      textDocument: { uri, version },
      contentChanges: [{ text }],
    });
  }

  /** What the server says of this version of a document. */
  async diagnostics(uri: string, version: number): Promise<Diagnostic[]> {
    for (;;) {
      const published = this.#published.get(uri);
      if (published?.version === version) return published.diagnostics;
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
  }

  /** Ends the conversation as the protocol has it. @returns the exit code */
  async end(): Promise<number | null> {
    await this.connection.sendRequest("shutdown");
    const ended = this.ended();
    await this.connection.sendNotification("exit");
    return ended;
  }

  /** Waits for the end of the process. */
  async ended(): Promise<number | null> {
    if (this.process.exitCode !== null) return this.process.exitCode;
    const [code] = await once(this.process, "exit");
    return code;
  }
}

/** The offset of `|` in a text, as a position; and the text without it. */
export function atBar(marked: string): { text: string; position: { line: number; character: number } } {
  const offset = marked.indexOf("|");
  const lines = marked.slice(0, offset).split("\n");
  const text = marked.slice(0, offset) + marked.slice(offset + 1);
  return { text, position: { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 } };
}
