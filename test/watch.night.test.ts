import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Sandbox } from "./testing/qa.ts";

const scenario = (title: string, front: string, steps: string) =>
  `---\n${front}\n---\n\n# ${title}\n\n## ${title}\n\n\`\`\`yaml qa-step\n${steps}\n\`\`\`\n`;

const PLUGIN = (answer: string) => `export default {
  id: "tide",
  name: "Tide",
  register(api) {
    api.registerTool({
      name: "tide_now",
      description: "Tells the tide.",
      parameters: { type: "object", properties: {}, additionalProperties: false },
      async execute() { return { content: [{ type: "text", text: "${answer}" }] }; },
    });
  },
};
`;

const REPLIES = (word: string) =>
  scenario(
    "Answers",
    "tags: [plain]",
    `- say: "Reply exactly: one"\n- expectReply: { contains: ${word} }\n  within: 3s`,
  );

const TIDE_STEP = `- ask: "Call the tool tide_now with {}"
- expectModelRequest: { toolOutput: { contains: ebb } }
  within: 3s`;

const FILES: Readonly<Record<string, string>> = {
  "package.json":
    '{"name":"tide","version":"1.0.0","type":"module","openclaw":{"extensions":["./index.js"]}}',
  "openclaw.plugin.json":
    '{"id":"tide","name":"Tide","version":"1.0.0","description":"x","contracts":{"tools":["tide_now"]},"configSchema":{"type":"object","properties":{}}}',
  "index.js": PLUGIN("ebb"),
  "qa/scenarios/answers.md": REPLIES("one"),
  "qa/scenarios/tide.md": scenario("Tells the tide", "plugins: [{ path: ../.. }]", TIDE_STEP),
};

/** A repository that is a plugin, with two scenarios, one of which uses it. */
async function repository(): Promise<Sandbox> {
  // Temporary files lie in the repository as well, which must not count as changes.
  const sandbox = await Sandbox.create();
  for (const [path, text] of Object.entries(FILES)) await sandbox.write(path, text);
  return sandbox;
}

/** A watch, and what it has printed. */
function follow(child: ReturnType<Sandbox["startWithKeys"]>) {
  let output = "";
  let read = 0;
  let heard: () => void = () => {};
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      heard();
    });
  }
  const ended = once(child, "exit");
  let over = false;
  void ended.then(() => {
    over = true;
    heard();
  });
  return {
    press: (keys: string) => child.stdin.write(keys),
    ended: async () => (await ended)[0] as number | null,
    get output() {
      return output;
    },
    /** What it prints until it says this. */
    async until(pattern: RegExp): Promise<string> {
      for (;;) {
        const found = pattern.exec(output.slice(read));
        if (found) {
          const text = output.slice(read, read + found.index + found[0].length);
          read += text.length;
          return text;
        }
        if (over) throw new Error(`it ended without ${pattern}:\n${output}`);
        await new Promise<void>((resolve) => {
          heard = resolve;
        });
      }
    },
  };
}

const WAITS = /waiting for a change .*\n/;

test("a watch runs what each saved file concerns, says what is wrong with a file, hears keys and leaves nothing behind", async () => {
  const sandbox = await repository();
  const watch = follow(sandbox.startWithKeys({}, "run", "--watch"));
  const first = await watch.until(WAITS);
  expect(first).toMatch(/✓ answers /);
  expect(first).toMatch(/✓ tide /);
  expect(first).toMatch(/^2 passed in /m);

  await sandbox.write("qa/scenarios/answers.md", REPLIES("two"));
  const failed = await watch.until(WAITS);
  expect(failed).toMatch(/^qa\/scenarios\/answers\.md: 1 scenario\n✗ answers /);
  expect(failed).toMatch(/^ {4}qa\/scenarios\/answers\.md:11 {2}expectReply/m);
  expect(failed).toMatch(/^1 failed in /m);
  expect(failed).not.toMatch(/tide/);

  await sandbox.write("index.js", PLUGIN("flood"));
  expect(await watch.until(WAITS), "the plugin's new code runs").toMatch(/^index\.js: 1 scenario\n✗ tide /);

  await sandbox.write("qa/scenarios/answers.md", REPLIES("one").replace("expectReply", "expectReplie"));
  expect(await watch.until(WAITS)).toMatch(/unknown-statement|did you mean/i);

  await sandbox.write("qa/scenarios/answers.md", REPLIES("one"));
  expect(await watch.until(WAITS)).toMatch(/^1 passed in /m);
  watch.press("f");
  expect(await watch.until(WAITS)).toMatch(/^what failed last\n✗ tide /);

  await sandbox.write("qa/scenarios/more.md", REPLIES("one"));
  expect(await watch.until(WAITS), "a new file").toMatch(/^qa\/scenarios\/more\.md: 1 scenario\n✓ more /);
  await rm(join(sandbox.folder, "qa/scenarios/more.md"));
  watch.press("pans\r");
  expect(await watch.until(WAITS)).toMatch(/1 scenario\n✓ answers /);
  watch.press("q");
  expect(await watch.ended()).toBe(0);
  expect(await sandbox.processes()).toEqual([]);
  expect(await sandbox.leftovers()).toEqual([]);
});

test("a watch whose input has ended goes on, and ends by a signal", async () => {
  const sandbox = await repository();
  const child = sandbox.startWithKeys({}, "run", "answers", "--watch");
  const watch = follow(child);
  child.stdin.end();
  await watch.until(WAITS);
  await sandbox.write("qa/scenarios/answers.md", REPLIES("two"));
  expect(await watch.until(WAITS)).toMatch(/^qa\/scenarios\/answers\.md: 1 scenario\n✗ answers /);
  child.kill("SIGINT");
  expect(await watch.ended()).toBe(130);
  expect(await sandbox.processes()).toEqual([]);
});

test("on a terminal, Ctrl-C ends a watch in the middle of a run and gives the terminal back", async () => {
  const sandbox = await repository();
  await sandbox.write("qa/scenarios/answers.md", REPLIES("two").replace("3s", "60s"));
  // Errors in files that are not watched do not matter.
  await sandbox.write("qa/scenarios/broken.md", scenario("Broken", "plugins: 7", "- nothing"));
  const watch = follow(sandbox.startWithKeys({ terminal: true }, "run", "answers", "--watch"));
  await watch.until(/expectReply/);
  watch.press("\u0003");
  await watch.ended();
  expect(watch.output).toMatch(/exit code 130/);
  // What `stty -a` says afterwards.
  expect(watch.output).toMatch(/(?<!-)icanon/);
  expect(watch.output).toMatch(/(?<!-)\becho\b/);
  expect(watch.output.lastIndexOf("\u001b[?25h"), "the cursor is back").toBeGreaterThan(
    watch.output.lastIndexOf("\u001b[?25l"),
  );
  expect(await sandbox.processes()).toEqual([]);
  expect(await sandbox.leftovers()).toEqual([]);
});

test("--changed runs what differs from a branch, and nothing where no scenario depends on it", async () => {
  const sandbox = await repository();
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=qa", "-c", "user.email=qa@example.org", ...args], {
      cwd: sandbox.folder,
    });
  git("init", "--quiet", "--initial-branch", "main");
  await sandbox.write(".gitignore", "tmp\nreport-*\n");
  git("add", ".");
  git("commit", "--quiet", "--message", "one");
  const nothing = await sandbox.qa("run", "--changed=main");
  expect(nothing).toMatchObject({ exitCode: 0, stdout: "Nothing has changed since main: nothing to run." });

  await sandbox.write("qa/lanes.md", "");
  const none = await sandbox.qa("run", "--changed");
  expect(none.stdout).toBe(
    "1 file changed and is not committed, and no chosen scenario depends on any of them: nothing to run.",
  );
  await sandbox.write("index.js", PLUGIN("flood"));
  const { exitCode, stdout, report } = await sandbox.qa("run", "--changed");
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(/^1 scenario for what has changed and is not committed:\n {2}tide {2}index\.js\n/);
  expect(report?.scenarios.map(({ id, verdict }) => [id, verdict])).toEqual([["tide", "failed"]]);
});
