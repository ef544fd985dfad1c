import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import {
  type CodeAction,
  CodeActionKind,
  type CompletionItem,
  CompletionItemKind,
  createConnection,
  DiagnosticSeverity,
  type InitializeResult,
  MarkupKind,
  type Diagnostic as Shown,
  TextDocumentSyncKind,
  TextDocuments,
  TextEdit,
} from "vscode-languageserver";
import {
  createProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import { errorMessage } from "../base/errors.ts";
import { every } from "../base/timers.ts";
import type { Diagnostic } from "../scenario/source/diagnostic.ts";
import { OpenFile, type Surroundings } from "./document.ts";
import type { Suggestion } from "./suggestions.ts";

export interface LanguageServer extends Surroundings {
  input: Readable;
  output: Writable;
  version: string;
  /** What an editor shows may quote the environment. */
  redact(text: string): string;
}

/** How the conversation with the editor ended. */
export type Ending =
  /** As the protocol has it: first `shutdown`, then `exit`. */
  | "orderly"
  /** `exit` without `shutdown`, or the editor is gone. */
  | "left"
  /** What came in is not the protocol. */
  | "garbled";

/** Milliseconds. An editor whose end of the pipe somebody else still holds is gone as well. */
const CLIENT_CHECK = 3_000;

/** Speaks the Language Server Protocol until the editor ends it or is gone. */
export async function serveLanguage(options: LanguageServer): Promise<Ending> {
  const { input, output } = options;
  const { promise, resolve } = Promise.withResolvers<Ending>();
  let stopWatching = () => {};
  const reader = new StreamMessageReader(input);
  const connection = createConnection(
    (logger) => createProtocolConnection(reader, new StreamMessageWriter(output), logger),
    {
      shutdownReceived: false,
      initialize({ processId }) {
        if (typeof processId !== "number") return;
        stopWatching = every(CLIENT_CHECK, () => !isAlive(processId) && resolve("left"), { unref: true });
      },
      exit: (code) => resolve(code === 0 ? "orderly" : "left"),
    },
  );
  reader.onError(() => resolve("garbled"));
  reader.onClose(() => resolve("left"));
  input.once("end", () => resolve("left"));
  output.on("error", () => resolve("left"));
  const server = new Server(connection, options);
  server.listen();
  try {
    return await promise;
  } finally {
    stopWatching();
    connection.dispose();
    input.destroy();
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // One of another user's cannot be signalled, but it is there.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

type Connection = ReturnType<typeof createConnection>;

class Server {
  readonly #connection: Connection;
  readonly #options: LanguageServer;
  readonly #documents = new TextDocuments(TextDocument);
  /** Checks that run or wait, by document. */
  readonly #checks = new Map<string, Promise<void>>();

  constructor(connection: Connection, options: LanguageServer) {
    this.#connection = connection;
    this.#options = options;
  }

  listen(): void {
    const connection = this.#connection;
    const documents = this.#documents;
    connection.onInitialize(() => this.#capabilities());
    documents.onDidChangeContent(({ document }) => this.#checkSoon(document.uri));
    documents.onDidClose(
      ({ document: { uri } }) => void connection.sendDiagnostics({ uri, diagnostics: [] }),
    );
    connection.onCompletion(({ textDocument, position }) => {
      const { file, document } = this.#open(textDocument.uri) ?? {};
      const found = document && file?.complete(document.offsetAt(position));
      if (!found) return [];
      const range = { start: document.positionAt(found.start), end: document.positionAt(found.end) };
      return found.suggestions.map((suggestion) => this.#item(suggestion, range));
    });
    connection.onHover(({ textDocument, position }) => {
      const { file, document } = this.#open(textDocument.uri) ?? {};
      const found = document && file?.explain(document.offsetAt(position));
      if (!found) return null;
      const { suggestion, start, end } = found;
      const title = suggestion.detail
        ? `\`${suggestion.name}\`: \`${suggestion.detail}\``
        : `\`${suggestion.name}\``;
      return {
        contents: {
          kind: MarkupKind.Markdown,
          value: this.#redact(`${title}\n\n${suggestion.about ?? ""}`.trim()),
        },
        range: { start: document.positionAt(start), end: document.positionAt(end) },
      };
    });
    connection.onDocumentFormatting(({ textDocument }) => {
      const { file, document } = this.#open(textDocument.uri) ?? {};
      if (!document || !file) return [];
      return file
        .format()
        .map(({ start, end, text }) =>
          TextEdit.replace({ start: document.positionAt(start), end: document.positionAt(end) }, text),
        );
    });
    connection.onCodeAction(({ textDocument, context }) => {
      const { document } = this.#open(textDocument.uri) ?? {};
      return document ? context.diagnostics.flatMap((diagnostic) => fixesOf(document, diagnostic)) : [];
    });
    documents.listen(connection);
    connection.listen();
  }

  #capabilities(): InitializeResult {
    return {
      serverInfo: { name: "gateway-qa", version: this.#options.version },
      capabilities: {
        textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
        completionProvider: { triggerCharacters: ["-", " ", "{", "$", "."] },
        hoverProvider: true,
        documentFormattingProvider: true,
        codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix] },
      },
    };
  }

  /** An open document that lies in the file system. */
  #open(uri: string): { document: TextDocument; file: OpenFile } | undefined {
    const document = this.#documents.get(uri);
    const path = pathOf(uri);
    return document && path !== undefined
      ? { document, file: new OpenFile(path, document.getText(), this.#options) }
      : undefined;
  }

  /** One check after the other, each of the text as it is by then; several changes in the meantime are one. */
  #checkSoon(uri: string): void {
    const before = this.#checks.get(uri);
    if (before && this.#waiting.has(uri)) return;
    this.#waiting.add(uri);
    const check = (before ?? Promise.resolve()).then(async () => {
      this.#waiting.delete(uri);
      await this.#check(uri);
      if (this.#checks.get(uri) === check) this.#checks.delete(uri);
    });
    this.#checks.set(uri, check);
  }
  readonly #waiting = new Set<string>();

  async #check(uri: string): Promise<void> {
    const { document, file } = this.#open(uri) ?? {};
    if (!document || !file) return;
    try {
      const found = await file.check();
      const diagnostics = found.map((diagnostic) => this.#shown(diagnostic));
      await this.#connection.sendDiagnostics({ uri, version: document.version, diagnostics });
    } catch (error) {
      this.#connection.console.error(this.#redact(`checking ${uri} failed: ${errorMessage(error)}`));
    }
  }

  #shown(diagnostic: Diagnostic): Shown {
    const {
      line,
      column,
      endLine = line,
      endColumn = column,
      code,
      severity,
      message,
      hint,
      fix,
    } = diagnostic;
    const range = {
      start: { line: line - 1, character: column - 1 },
      end: { line: endLine - 1, character: endColumn - 1 },
    };
    return {
      range,
      severity: severity === "error" ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
      source: "qa",
      code,
      message: this.#redact([message, ...(hint === undefined ? [] : [hint])].join("\n")),
      ...(fix === undefined ? {} : { data: { fix: fix.text } }),
    };
  }

  #item({ name, kind, detail, about }: Suggestion, range: TextEdit["range"]): CompletionItem {
    return {
      label: name,
      kind: KINDS[kind],
      textEdit: TextEdit.replace(range, name),
      ...(detail ? { detail: this.#redact(detail) } : {}),
      ...(about ? { documentation: { kind: MarkupKind.Markdown, value: this.#redact(about) } } : {}),
    };
  }

  #redact(text: string): string {
    return this.#options.redact(text);
  }
}

const KINDS: Readonly<Record<Suggestion["kind"], CompletionItemKind>> = {
  statement: CompletionItemKind.Function,
  key: CompletionItemKind.Property,
  value: CompletionItemKind.Value,
};

function pathOf(uri: string): string | undefined {
  try {
    return fileURLToPath(uri);
  } catch {
    // Not saved anywhere yet, or on another machine.
    return undefined;
  }
}

/** What an editor offers for a diagnostic: the name that was probably meant. */
function fixesOf(document: TextDocument, diagnostic: Shown): CodeAction[] {
  const { fix } = (diagnostic.data ?? {}) as { fix?: unknown };
  if (typeof fix !== "string") return [];
  return [
    {
      title: `Write \`${fix}\``,
      kind: CodeActionKind.QuickFix,
      diagnostics: [diagnostic],
      isPreferred: true,
      edit: { changes: { [document.uri]: [TextEdit.replace(diagnostic.range, fix)] } },
    },
  ];
}
