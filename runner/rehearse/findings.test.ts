import { expect, test } from "vitest";
import { configChanges } from "./config-diff.ts";
import { differences, type Moment } from "./findings.ts";
import { EXIT_CODES, verdictOf } from "./verdict.ts";

/** A moment of a small installation. */
function moment(): Moment {
  return {
    stock: {
      version: "2026.4.26",
      config: { skills: { entries: { greet: { enabled: true } } } },
      agents: ["main", "ops"],
      sessions: [{ key: "agent:main:main", sessionId: "s1", said: ["user a", "assistant b", "user a"] }],
      skills: ["main/greet", "ops/greet"],
      cron: [
        { id: "j1", name: "daily", enabled: true, schedule: { kind: "every", everyMs: 1 }, nextRunAtMs: 7 },
      ],
      channels: ["qa-channel/default"],
      devices: ["d1"],
      files: { "state/workspace/MEMORY.md": "1" },
      bytes: 1,
      takenAtMs: 5,
    },
    answers: {
      agents: [
        { agent: "main", tools: { read: "", look: "desk" }, skills: ["greet"] },
        { agent: "ops", tools: {}, skills: [] },
      ],
    },
    plugins: [
      {
        id: "desk",
        status: "loaded",
        registers: { tools: ["look"], hooks: ["message"], "HTTP routes": ["1"] },
      },
      { id: "off", status: "disabled", registers: {} },
    ],
  };
}

function changed(change: (moment: Moment) => void): string[] {
  const after = moment();
  change(after);
  return differences(moment(), after).map(({ area, kind, name }) => `${area} ${kind} ${name}`);
}

test("what is as it was is no finding", () => {
  expect(changed(() => {})).toEqual([]);
});

test("why a plugin is gone is what the migration says of it first", () => {
  const after = { ...moment(), plugins: [] };
  const lines = [
    "Config warnings: plugins: plugin desk: needs ./index.js. This is of the publisher.",
    "plugin desk: no",
  ];
  expect(differences(moment(), after, lines)).toMatchObject([
    { text: "the plugin desk is gone: needs ./index.js" },
  ]);
  expect(differences(moment(), after, ["plugin desk2: no"])).toMatchObject([
    { text: "the plugin desk is gone" },
  ]);
});

test("a tool that its plugin could not register is lost for the reason that the release gives", () => {
  const after = moment();
  Object.assign(after.answers.agents[0] ?? {}, { tools: { read: "" } });
  Object.assign(after.plugins[0] ?? {}, { why: "it must declare contracts.tools" });
  const text =
    "the tool look of the plugin desk is not offered any more to main: it must declare contracts.tools";
  expect(differences(moment(), after)).toMatchObject([{ text }]);
});

test.for<[string, (moment: Moment) => void, string[]]>([
  ["an agent", ({ stock }) => void stock.agents.pop(), ["agents lost ops"]],
  [
    "an answer",
    ({ answers }) => Object.assign(answers.agents[0] ?? {}, { trouble: "no" }),
    ["agents lost main"],
  ],
  [
    "an answer in a room",
    ({ answers }) => Object.assign(answers, { channelTrouble: "no" }),
    ["channels lost qa-channel"],
  ],
  ["a session", ({ stock }) => void stock.sessions.pop(), ["sessions lost agent:main:main"]],
  [
    "a message that was said twice",
    ({ stock }) => void stock.sessions[0]?.said.pop(),
    ["sessions lost agent:main:main"],
  ],
  [
    "the order of messages",
    ({ stock }) => void stock.sessions[0]?.said.splice(0, 2, "assistant b", "user a"),
    ["sessions lost agent:main:main"],
  ],
  ["a skill of one agent", ({ stock }) => void stock.skills.shift(), ["skills lost greet"]],
  [
    "a skill that the model is told of",
    ({ answers }) => void answers.agents[0]?.skills.pop(),
    ["skills lost greet"],
  ],
  ["a plugin's tool", ({ answers }) => void delete answers.agents[0]?.tools.look, ["tools lost look"]],
  [
    "the release's own tool",
    ({ answers }) => void delete answers.agents[0]?.tools.read,
    ["tools changed read"],
  ],
  ["a job", ({ stock }) => void stock.cron.pop(), ["cron lost daily"]],
  [
    "a job that is on",
    ({ stock }) => Object.assign(stock.cron[0] ?? {}, { enabled: false }),
    ["cron lost daily"],
  ],
  ["a job's next run", ({ stock }) => void delete stock.cron[0]?.nextRunAtMs, ["cron lost daily"]],
  [
    "a job's schedule",
    ({ stock }) => Object.assign(stock.cron[0] ?? {}, { schedule: {} }),
    ["cron changed daily"],
  ],
  [
    "the moment of a job's next run",
    ({ stock }) => Object.assign(stock.cron[0] ?? {}, { nextRunAtMs: 8 }),
    ["cron changed daily"],
  ],
  ["a plugin", (after) => Object.assign(after, { plugins: [] }), ["plugins lost desk"]],
  [
    "a plugin that loads",
    ({ plugins }) => Object.assign(plugins[0] ?? {}, { status: "error", why: "no" }),
    ["plugins lost desk"],
  ],
  [
    "a plugin's hook",
    ({ plugins }) => Object.assign(plugins[0] ?? {}, { registers: { "HTTP routes": ["1"] } }),
    ["plugins lost desk"],
  ],
  ["a channel account", ({ stock }) => void stock.channels.pop(), ["channels lost qa-channel/default"]],
  ["a device", ({ stock }) => void stock.devices.pop(), ["devices lost d1"]],
  [
    "a memory file",
    ({ stock }) => void delete stock.files["state/workspace/MEMORY.md"],
    ["memory lost state/workspace/MEMORY.md"],
  ],
  [
    "a memory file's text",
    ({ stock }) => Object.assign(stock.files, { "state/workspace/MEMORY.md": "2" }),
    ["memory changed state/workspace/MEMORY.md"],
  ],
])("%s that is not as it was is a finding", ([, change, findings]) => {
  expect(changed(change)).toEqual(findings);
});

test("a job that has become due meanwhile is due at another time, which is no finding", () => {
  const after = moment();
  Object.assign(after.stock, { takenAtMs: 8 });
  Object.assign(after.stock.cron[0] ?? {}, { nextRunAtMs: 9 });
  expect(differences(moment(), after)).toEqual([]);
});

test("a plugin that the update turns off comes back with a command", () => {
  const after = moment();
  Object.assign(after.plugins[0] ?? {}, { status: "disabled" });
  expect(differences(moment(), after)).toMatchObject([{ command: "openclaw plugins enable desk" }]);
});

test("a skill that the update turns off comes back with a command, so that it is a step", () => {
  const after = moment();
  after.stock.skills = [];
  after.stock.config = { skills: { entries: { greet: { enabled: false } } } };
  const findings = differences(moment(), after);
  expect(findings).toMatchObject([
    { kind: "lost", command: "openclaw config set skills.entries.greet.enabled true" },
  ]);
  expect(verdictOf(findings)).toEqual({ verdict: "go with steps", why: "1 step by hand" });
});

test("a loss that no command brings back is a no, whatever else there is", () => {
  const lost = { area: "cron", name: "daily", kind: "lost", text: "the job daily is gone" } as const;
  const step = { area: "disk", name: "", kind: "step", text: "make room" } as const;
  const more = { area: "config", name: "", kind: "changed", text: "x" } as const;
  expect(verdictOf([more])).toMatchObject({ verdict: "go" });
  expect(verdictOf([more, step])).toMatchObject({ verdict: "go with steps" });
  expect(verdictOf([step, lost, lost])).toEqual({
    verdict: "no-go",
    why: "the job daily is gone, and 1 more loss",
  });
  expect(EXIT_CODES).toEqual({ go: 0, "go with steps": 5, "no-go": 1, inconclusive: 4 });
});

test("changes of the config are told by their part, and not what the run itself has put there", () => {
  const before = {
    agents: { list: [{ id: "a", workspace: "/w" }] },
    gateway: { port: 1 },
    commands: { raw: true, old: 1 },
  };
  const after = { agents: { entries: { a: {} } }, gateway: { port: 2 }, commands: { raw: false } };
  expect(configChanges(before, after).map(({ name, text }) => [name, text])).toEqual([
    ["agents.list", "agents.list is now agents.entries, where each agent is called by its id"],
    ["agents.entries", "agents.entries.a.workspace is gone; agents.entries.a is set to {}"],
    ["commands.raw", "commands.raw: true → false"],
    ["commands.old", "commands.old is gone"],
  ]);
});
