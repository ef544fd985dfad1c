/** A scenario that attacks the runner or the scenarios beside it. */
export interface Hostile {
  name: string;
  /** Value that its only step computes. */
  expr: string;
  permissions?: readonly string[];
  /** An assert that can only fail follows. */
  fails?: boolean;
  /** It must not pass; otherwise it may end in any way. */
  mustNotPass?: boolean;
}

/** @param exits absolute path of a module that ends the process with 0 */
export function hostiles(exits: string): Hostile[] {
  return [
    { name: "exit", expr: "process.exit(0)", permissions: ["process"], mustNotPass: true },
    {
      name: "import-exit",
      expr: `import(${JSON.stringify(exits)})`,
      permissions: ["import"],
      mustNotPass: true,
    },
    {
      name: "constructor-chain",
      expr: "state.getSnapshot().messages.constructor.constructor('return process')().exit(0)",
      mustNotPass: true,
    },
    {
      name: "exit-listener",
      expr: "(() => { const p = URL.constructor('return process')(); p.once('exit', () => { p.exitCode = 0; }); })()",
      fails: true,
      mustNotPass: true,
    },
    {
      name: "exit-code",
      expr: "(Object.defineProperty(process, 'exitCode', { get: () => 0, set() {} }), 1)",
      permissions: ["process"],
      fails: true,
      mustNotPass: true,
    },
    {
      name: "array-prototype",
      expr: "(Object.getPrototypeOf(state.getSnapshot().messages).filter = () => [], 1)",
      fails: true,
      mustNotPass: true,
    },
    { name: "object-prototype", expr: "(Object.getPrototypeOf(state.getSnapshot()).verdict = 'passed', 1)" },
    { name: "stray-sleep", expr: "(sleep(600000), 1)" },
    { name: "stray-wait", expr: "(waitForCondition(() => false, 600000), 1)" },
    { name: "stray-rejection", expr: "(Promise.reject(new Error('stray')), 1)" },
    { name: "late-throw", expr: "(setTimeout(() => { throw new Error('late'); }, 20), 1)" },
    { name: "throws-null", expr: "(() => { throw null; })()", mustNotPass: true },
    { name: "recursion", expr: "(function deeper() { return deeper() + 1; })()", mustNotPass: true },
    { name: "never-ends", expr: "(() => { for (;;) {} })()", mustNotPass: true },
    {
      name: "blocks",
      expr: "(await import('node:child_process')).spawnSync('sleep', ['20']).status",
      permissions: ["import"],
    },
    {
      name: "kills-itself",
      expr: "process.kill(process.pid, 'SIGKILL')",
      permissions: ["process"],
      mustNotPass: true,
    },
    {
      name: "leaves-folder",
      expr: "(process.chdir('/'), process.env.TMPDIR = '/nowhere', 1)",
      permissions: ["process"],
    },
  ];
}

/** As a file of a pack. */
export function hostileText({ name, expr, permissions = [], fails = false }: Hostile): string {
  const steps = [
    "  - name: attacks",
    "    actions:",
    "      - set: never",
    "        value:",
    `          expr: ${JSON.stringify(expr)}`,
    ...(fails ? ['      - assert: "env === undefined"'] : []),
  ];
  return scenarioText(name, steps.join("\n"), `permissions: [${permissions.join(", ")}]\n`);
}

/** One message, one answer: the scenario that nothing may harm. */
export const HARMLESS = scenarioText(
  "harmless",
  `  - name: gets an answer
    actions:
      - call: waitForQaChannelReady
        args: [{ ref: env }, 60000]
      - call: state.addInboundMessage
        args: [{ conversation: { id: alice, kind: direct }, senderId: alice, text: "Reply exactly: PONG" }]
      - call: waitForOutboundMessage
        saveAs: reply
        args: [{ ref: state }, { lambda: { params: [message], expr: "message.direction === 'outbound'" } }, 60000]
      - assert: "reply.text === 'PONG'"`,
);

function scenarioText(id: string, steps: string, extra = ""): string {
  return `---
id: ${id}
title: ${id}
surface: soak
coverage:
  primary: [soak.${id}]
objective: A round of soak.
successCriteria: [What it says holds.]
${extra.replace("permissions: []\n", "")}---

\`\`\`yaml qa-flow
steps:
${steps}
\`\`\`
`;
}
