import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test } from "vitest";
import { movePackage, withPackageAt } from "./package-paths.ts";
import { Places } from "./paths.ts";

test.for<[string, string]>([
  ["/usr/lib/node_modules/openclaw/skills/weather/SKILL.md", "/new/skills/weather/SKILL.md"],
  ["~/.npm-global/lib/node_modules/openclaw/dist/x.js", "/new/dist/x.js"],
  ["<location>/a/node_modules/openclaw/skills/x</location>", "<location>/new/skills/x</location>"],
  ['"cwd":"/a b"," at":"/a/node_modules/openclaw/x"', '"cwd":"/a b"," at":"/new/x"'],
  ["one\\n/a/node_modules/openclaw/x", "one\\n/new/x"],
  ["/a/node_modules/openclaw", "/a/node_modules/openclaw"],
  ["/a/node_modules/openclaw-extra/x", "/a/node_modules/openclaw-extra/x"],
  ["./node_modules/openclaw/x", "./node_modules/openclaw/x"],
])("%s is led to the package of the copy", ([text, moved]) => {
  expect(withPackageAt(text, "/new")).toBe(moved);
});

test("sessions in files and in databases name the package that the copy runs with", async () => {
  const root = await mkdtemp(join(tmpdir(), "package-paths-"));
  onTestFinished(() => rm(root, { recursive: true }));
  const agent = join(root, "state/agents/main");
  await mkdir(join(agent, "sessions"), { recursive: true });
  await mkdir(join(agent, "agent"));
  await mkdir(join(root, "state/extensions/desk"), { recursive: true });
  const text = JSON.stringify({ path: "/usr/lib/node_modules/openclaw/skills/x" });
  await writeFile(join(agent, "sessions/sessions.json"), text);
  await writeFile(join(root, "state/extensions/desk/index.js"), text);
  const database = new DatabaseSync(join(agent, "agent/openclaw-agent.sqlite"));
  database.exec("CREATE TABLE sessions (entry TEXT)");
  database.prepare("INSERT INTO sessions VALUES (?)").run(text);
  database.close();

  const places = new Places([{ kind: "state", original: "/home/user/.openclaw", copy: "state" }]);
  await movePackage(places, root, "/new");
  expect(await readFile(join(agent, "sessions/sessions.json"), "utf8")).toBe('{"path":"/new/skills/x"}');
  expect(await readFile(join(root, "state/extensions/desk/index.js"), "utf8")).toBe(text);
  const after = new DatabaseSync(join(agent, "agent/openclaw-agent.sqlite"));
  expect(after.prepare("SELECT entry FROM sessions").get()).toEqual({ entry: '{"path":"/new/skills/x"}' });
  after.close();
});
