import { join } from "node:path";
import { expect, test } from "vitest";
import type { CodeAction, CompletionItem, Hover, TextEdit } from "vscode-languageserver";
import { TextDocument } from "vscode-languageserver-textdocument";
import { atBar, Editor } from "./testing/editor.ts";
import { Sandbox } from "./testing/qa.ts";

function scenario(...lines: string[]): string {
  return [
    "---",
    "unique: marker",
    "---",
    "",
    "# A scenario",
    "",
    "## A step",
    "",
    "```yaml qa-step",
    ...lines,
    "```",
    "",
  ].join("\n");
}

test("an editor sees what the check finds, in text that is not saved, and can write what was meant", async () => {
  const sandbox = await Sandbox.create();
  const wrong = scenario("- say: hello", "  az: alice", "- expectSkil: x");
  const path = await sandbox.write("scenarios/typed.md", wrong);
  const [editor, check] = [Editor.start(sandbox.folder), await sandbox.qa("check", path, "--json")];
  const { capabilities } = await editor.initialize();
  expect(capabilities).toMatchObject({ hoverProvider: true, documentFormattingProvider: true });

  const uri = await editor.open(path, scenario("- expectNoMessage"));
  expect(await editor.diagnostics(uri, 1)).toEqual([]);
  await editor.change(uri, 2, wrong);
  const diagnostics = await editor.diagnostics(uri, 2);
  const { diagnostics: found } = JSON.parse(check.stdout);
  expect(found).toMatchObject([
    { fix: { line: 11, column: 3, endColumn: 5, text: "as" } },
    { fix: { line: 12, column: 3, endColumn: 13, text: "expectSkill" } },
  ]);
  expect(
    diagnostics.map(({ code, message, range }) => ({
      code,
      message: String(message).split("\n")[0],
      line: range.start.line + 1,
      column: range.start.character + 1,
      endColumn: range.end.character + 1,
    })),
  ).toEqual(
    found.map(({ code, message, line, column, endColumn }: Record<string, unknown>) => ({
      ...{ code, message, line, column, endColumn },
    })),
  );

  let version = 2;
  /** Makes all repairs that are offered for a text. @returns what they write, and the codes of what is then left */
  const repair = async (text: string): Promise<[texts: string[], left: unknown[]]> => {
    await editor.change(uri, ++version, text);
    const found = await editor.diagnostics(uri, version);
    const actions = await editor.connection.sendRequest<CodeAction[]>("textDocument/codeAction", {
      textDocument: { uri },
      range: found[0]?.range,
      context: { diagnostics: found },
    });
    const edits = actions.flatMap(({ edit }) => edit?.changes?.[uri] ?? []);
    const document = TextDocument.create(uri, "markdown", version, text);
    await editor.change(uri, ++version, TextDocument.applyEdits(document, edits));
    const left = await editor.diagnostics(uri, version);
    return [edits.map(({ newText }) => newText), left.map(({ code }) => code)];
  };
  expect(await repair(wrong)).toEqual([["as", "expectSkill"], []]);
  const habits = scenario("- say: hello", "  user: alice", "- expectReply: { includes: a }", "  timeout: 20");
  expect(await repair(habits)).toEqual([["as", "contains", "within"], ["invalid-duration"]]);
  const older = scenario("- runAgentPrompt: a", "- expectMessage: a", "  within: 5000", "- rpc: confg.get");
  expect(await repair(older)).toEqual([["ask", "5000ms", "config.get"], []]);
  const fence = scenario("- expectNoMessage").replace("qa-step", "qa-steps");
  expect(await repair(fence)).toEqual([["qa-step"], []]);
  expect(await repair(fence.replace("yaml ", ""))).toEqual([["yaml qa-step"], []]);

  const untidy = scenario("- { say:   hello, as: alice }");
  await editor.change(uri, ++version, untidy);
  const layout = await editor.connection.sendRequest<TextEdit[]>("textDocument/formatting", {
    textDocument: { uri },
    options: { tabSize: 2, insertSpaces: true },
  });
  const document = TextDocument.create(uri, "markdown", version, untidy);
  expect(TextDocument.applyEdits(document, layout)).toBe(scenario("- say: hello", "  as: alice"));

  const readme = await editor.open(join(sandbox.folder, "README.md"), "# No scenario\n");
  expect(await editor.diagnostics(readme, 1)).toEqual([]);
  expect(await editor.end()).toBe(0);
  expect(editor.stderr).toBe("");
});

test("completion and hover come from the declarations, wherever the cursor is", async () => {
  const sandbox = await Sandbox.create();
  const editor = Editor.start(sandbox.folder);
  await editor.initialize();
  const uri = await editor.open(join(sandbox.folder, "scenarios/typed.md"), scenario("- expectNoMessage"));
  let version = 1;
  const complete = async (marked: string) => {
    const { text, position } = atBar(marked);
    version += 1;
    await editor.change(uri, version, text);
    const items = await editor.connection.sendRequest<CompletionItem[]>("textDocument/completion", {
      textDocument: { uri },
      position,
    });
    return items.map(({ label }) => label);
  };
  const inStep = (...lines: string[]) => complete(scenario(...lines));
  expect(await inStep("- expectNoMessage", "- exp|")).toEqual(
    expect.arrayContaining(["expectSkill", "say", "rpc"]),
  );
  const beside = await inStep("- say: hello", "  |");
  expect(beside).toEqual(
    expect.arrayContaining(["as", "in", "saveAs", "because", "within", "answer", "error"]),
  );
  expect(beside).not.toContain("times");
  expect(beside).not.toContain("say");
  expect(await inStep("- expectMessage: hello", "  t|")).toContain("times");
  expect(await inStep("- patchConfig: {}", "  wait: |")).toEqual(["applied", "answer"]);
  const matcher = await inStep("- expectReply: { c| }");
  expect(matcher).toEqual(expect.arrayContaining(["contains", "matches", "text", "senderId"]));
  expect(await inStep("- expectReply: { text: { not: { st| } } }")).toContain("startsWith");
  expect(await inStep("- expectInOrder:", "    - exp|")).toEqual(
    expect.arrayContaining(["expectMessage", "expectRestart"]),
  );
  expect(await inStep("- expectInOrder:", "    - exp|")).not.toContain("say");
  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: what a text of a step holds
  expect(
    await inStep("- ask: hello", "  saveAs: reply", '- say: "${|}"', "- ask: x", "  saveAs: later"),
  ).toEqual(expect.arrayContaining(["config", "gateway", "marker", "reply"]));
  expect(
    await inStep("- ask: hello", "  saveAs: reply", '- say: "${|}"', "- ask: x", "  saveAs: later"),
  ).not.toContain("later");
  const members = await inStep("- ask: hello", "  saveAs: reply", '- say: "It was ${reply.te|}"');
  expect(members).toEqual(expect.arrayContaining(["text", "senderId", "conversation"]));
  expect(await inStep('- say: "${gateway.|"')).toContain("configPath");
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: see above
  expect(await inStep("- rpc: config.g|")).toEqual(expect.arrayContaining(["config.get", "health"]));
  expect(await inStep("- expectLog: |")).toEqual(
    expect.arrayContaining(["module-not-found", "uncaught-error"]),
  );
  expect(await inStep("- expectNoLog: { anyOf: [mod|] }")).toContain("module-not-found");
  expect(await inStep("- expectLog: { kinds: { contains: un| } }")).toContain("uncaught-error");
  expect(await inStep("- expectLog: { |}")).toEqual(expect.arrayContaining(["text", "kinds", "contains"]));
  const withFakes = (...lines: string[]) =>
    complete(
      scenario(...lines).replace(
        "unique: marker",
        "unique: marker\nhttp: { tides: [{ path: / }], moons: [{ path: / }] }\nexecution: { config: { want: 3 } }",
      ),
    );
  expect(await withFakes("- expectRequest: { service: |")).toEqual(["tides", "moons"]);
  expect(await withFakes("- expectNoRequest: { service: { not: ti|")).toEqual(["tides", "moons"]);
  expect(await inStep("- expectRequest: { service: |")).toEqual([]);
  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: what a text of a step holds
  expect(await withFakes('- say: "${|"')).toEqual(
    expect.arrayContaining(["http", "config", "gateway", "marker"]),
  );
  expect(await withFakes('- say: "${http.|}"')).toEqual(["tides", "moons"]);
  expect(await withFakes('- say: "${config.|}"')).toEqual(["want"]);
  expect(
    await inStep("- expectInOrder:", "    - expectMessage: a", "      saveAs: first", '- say: "${|}"'),
  ).toContain("first");
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: see above
  expect(await complete("---\nid: x\ncov|\n---\n\n## A step\n")).toEqual(
    expect.arrayContaining(["coverage", "objective"]),
  );
  expect(await complete("---\nid: x\nrisk: |\n---\n\n## A step\n")).toEqual([
    "low",
    "medium",
    "high",
    "destructive",
  ]);
  expect(await complete("---\nid: x\n---\n\nPro|se\n")).toEqual([]);

  const hover = async (marked: string) => {
    const { text, position } = atBar(marked);
    version += 1;
    await editor.change(uri, version, text);
    const found = await editor.connection.sendRequest<Hover | null>("textDocument/hover", {
      textDocument: { uri },
      position,
    });
    return JSON.stringify(found?.contents ?? "");
  };
  expect(await hover(scenario("- a|sk: hello"))).toContain("A client's agent turn");
  expect(await hover(scenario("- ask: hello", "  with|in: 20s"))).toContain("limit of this statement");
  expect(await hover(scenario("- expectReply: { con|tains: x }"))).toContain("what it holds");
  expect(await hover("---\nid: x\nobj|ective: y\n---\n\n## A step\n")).toContain("regression");
  expect(await editor.end()).toBe(0);
});

test("no end of an editor leaves a process: it exits without asking, dies, or speaks something else", async () => {
  const sandbox = await Sandbox.create();
  const [rude, dead, stranger, broken] = [1, 2, 3, 4].map(() => Editor.start(sandbox.folder));
  if (!rude || !dead || !stranger || !broken) throw new Error("unreachable");
  await Promise.all([rude.initialize(), dead.initialize()]);
  await rude.connection.sendNotification("exit");
  dead.process.stdin?.destroy();
  stranger.process.stdin?.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  broken.process.stdin?.write("Content-Length: 9\r\n\r\n{ no json");
  const ended = [rude, dead, stranger, broken].map((editor) => editor.ended());
  expect(await Promise.all(ended)).toEqual([1, 1, 4, 4]);
  expect(stranger.stderr).toContain("[bad-message]");
  expect(broken.stderr).toContain("[bad-message]");
});

test("what there is not is answered, and the conversation goes on", async () => {
  const sandbox = await Sandbox.create();
  const editor = Editor.start(sandbox.folder);
  await editor.initialize();
  await expect(editor.connection.sendRequest("no/such/method")).rejects.toThrow();
  const uri = await editor.open(join(sandbox.folder, "scenarios/x.md"), scenario("- expectNoMessage"));
  expect(await editor.diagnostics(uri, 1)).toEqual([]);
  const textDocument = { uri };
  const far = { line: 1e9, character: -1 };
  expect(
    await editor.connection.sendRequest("textDocument/hover", { textDocument, position: far }),
  ).toBeNull();
  const elsewhere = { uri: "untitled:Untitled-1" };
  expect(
    await editor.connection.sendRequest("textDocument/completion", {
      textDocument: elsewhere,
      position: far,
    }),
  ).toEqual([]);
  expect(await editor.end()).toBe(0);
});
