import { describe, expect, test } from "vitest";
import { FLOW_API, STATEMENTS } from "../actions/vocabulary.ts";
import { type CompileOptions, compileFlow } from "./compile/compile.ts";
import { firstWrite } from "./effects.ts";
import { flowOfActions, flowOfMarkdown } from "./testing/flows.ts";

const OPTIONS = {
  vocabulary: FLOW_API,
  statements: STATEMENTS,
  permissions: new Set<never>(),
  pack: { foreign: false },
};

function writeIn(actions: string, options: Partial<CompileOptions> = {}) {
  const compilation = compileFlow(flowOfActions(actions), { ...OPTIONS, ...options });
  expect(compilation.flow).toBeDefined();
  return firstWrite(compilation);
}

/** The line of a flow's first action in `flowOfActions`. */
const FIRST_LINE = 7;

describe("a flow that only reads", () => {
  test.each([
    "- call: waitForGatewayHealthy\n  args: [{ ref: env }, 1000]",
    "- call: env.gateway.call\n  args: [config.get, {}, { timeoutMs: 10 }]",
    "- set: answer\n  value: { expr: \"await env.gateway.call('skills.status', { agentId: 'main' })\" }",
    "- set: skills\n  value: { expr: \"findSkill(await readSkillStatus(env), 'x')?.name\" }",
    "- call: waitForCondition\n  args: [{ lambda: { async: true, expr: '(await readSkillStatus(env)).length > 0' } }]",
    "- assert: \"env.gateway.capabilities.has('logs') && path.join(env.gateway.baseUrl, vars.nothing) && env.mock\"",
    "- set: list\n  value: [1]\n- forEach: { items: { ref: list }, item: each, actions: [{ assert: 'each' }] }",
    '- assert: "env.gateway.getProcessCpuMs() > 0 && env.gateway.getProcessRssBytes() > 0"',
    // A variable is data, whatever it is called.
    "- set: result\n  value: { expr: '({ call: (name) => name })' }\n- call: result.call\n  args: [config.patch]",
    '- assert: "typeof env"',
  ])("%s", (actions) => {
    expect(writeIn(actions)).toBeUndefined();
  });
});

describe("what may change the gateway is found, and where", () => {
  test.each([
    ["- call: patchConfig\n  args: [{ env: { ref: env }, patch: {} }]", "patchConfig"],
    ["- call: env.gateway.call\n  args: [config.patch, {}]", "env.gateway.call"],
    ["- call: env.gateway.call\n  args: [{ expr: \"'config.' + 'get'\" }]", "env.gateway.call"],
    ["- call: env.gateway.call\n  args: [a.method.nobody.knows]", "env.gateway.call"],
    ["- sendInbound: { conversation: { id: a, kind: direct } }", "transport.sendInbound"],
    ["- call: state.addInboundMessage\n  args: [{}]", "state.addInboundMessage"],
    ["- call: env.gateway.restart", "env.gateway.restart"],
    ['- assert: "await env.gateway.call(`config.patch`)"', "env.gateway.call"],
    ["- assert: \"await env['gateway']['call']('config.apply')\"", "env.gateway.call"],
    ["- assert: \"await env.gateway.call.bind(null)('config.get')\"", "env.gateway.call.bind"],
    ["- assert: \"await vars.env.gateway.call('config.patch')\"", "env.gateway.call"],
    ["- call: vars.patchConfig\n  args: [{}]", "patchConfig"],
    // Handed on, it may be used for anything.
    ["- set: gateway\n  value: { ref: env.gateway }", "env.gateway"],
    ["- set: gateway\n  value: { expr: env.gateway }", "env.gateway"],
    ["- set: ask\n  value: { ref: env.gateway.call }", "env.gateway.call"],
    ["- set: all\n  value: [{ ref: env }]", "env"],
    ["- assert: \"((gateway) => gateway.call('config.patch'))(env.gateway)\"", "env.gateway"],
    ["- assert: \"env.gateway[['call'][0]]('config.patch')\"", "env.gateway"],
    ["- forEach: { items: [{ ref: env }], item: each, actions: [{ assert: each }] }", "env"],
    // A function of the flow's own may do anything with it.
    [
      "- assert:\n    expr: \"((readSkillStatus) => readSkillStatus(env))((e) => e.gateway.call('config.patch'))\"",
      "env",
    ],
    ['- assert: "globalThis.env"', "globalThis.env"],
    ["- assert: \"vars[['env'][0]].gateway\"", "vars"],
    ["- try: { actions: [{ assert: '1 === 2' }], catch: [{ call: env.gateway.stop }] }", "env.gateway.stop"],
    ["- if: { expr: 'false', then: [{ call: env.gateway.stop }] }", "env.gateway.stop"],
  ])("%s", (actions, what) => {
    expect(writeIn(actions)).toMatchObject({ what, position: { line: expect.any(Number) } });
  });

  test("the first one in the file", () => {
    const actions = [
      "- call: waitForGatewayHealthy",
      "  args: [{ ref: env }]",
      "- assert: \"await env.gateway.call('update.run')\"",
      "- call: env.gateway.stop",
    ].join("\n");
    expect(writeIn(actions)).toMatchObject({
      what: "env.gateway.call",
      position: { line: FIRST_LINE + 2, column: 24 },
    });
  });

  test("code of the host", () => {
    const permissions = new Set(["fs", "import", "process"] as const);
    const read = (actions: string) => writeIn(actions, { permissions });
    expect(read("- assert: \"await fs.readFile('x')\"")).toMatchObject({ what: "fs.readFile" });
    expect(read("- assert: \"await import('node:fs')\"")).toMatchObject({ what: "import()" });
    expect(read('- assert: "process.pid"')).toMatchObject({ what: "process.pid" });
    expect(read("- call: fs.writeFile\n  args: [x, y]")).toMatchObject({ what: "fs.writeFile" });
  });

  test.each([
    [
      "- set: own\n  value: { lambda: { params: [env], expr: '1' } }\n- call: env.gateway.call\n  args: [config.patch, {}]",
      "env.gateway.call",
    ],
    [
      "- set: own\n  value: { lambda: { params: [env], expr: '1' } }\n- assert: \"await env.gateway.call('config.patch')\"",
      "env.gateway.call",
    ],
    [
      "- set: own\n  value: { lambda: { params: [patchConfig], expr: '1' } }\n- call: patchConfig\n  args: [{}]",
      "patchConfig",
    ],
  ])("a parameter of a foreign pack in one place is not one everywhere else: %s", (actions, what) => {
    expect(writeIn(actions, { pack: { foreign: true } })).toMatchObject({ what });
  });

  test("a variable of a foreign pack that hides an action is not taken for it", () => {
    const actions = [
      "- set: readSkillStatus",
      "  value: { lambda: { params: [e], expr: \"e.gateway.call('config.patch')\" } }",
      "- call: readSkillStatus",
      "  args: [{ ref: env }]",
    ].join("\n");
    expect(writeIn(actions, { pack: { foreign: true } })).toMatchObject({ what: "env" });
  });
});

test.each([
  ["- expectSkill: x\n- rpc: config.get\n- expectNoRestart", undefined],
  ["- say: hello\n- expectReply: hello", "say"],
  ["- rpc: config.get\n- rpc: config.patch", "rpc"],
  ["- writeSkill: x\n  description: y\n  body: z", "writeSkill"],
  ["- rpc: { expr: '`config.get`' }", "rpc"],
])("of a step below a heading, what its actions do: %s", (lines, write) => {
  const flow = flowOfMarkdown(`# Test\n\n## Step\n\n\`\`\`yaml qa-step\n${lines}\n\`\`\`\n`);
  const compilation = compileFlow(flow, OPTIONS);
  expect(compilation.flow).toBeDefined();
  expect(firstWrite(compilation)?.what).toBe(write);
});
