import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** One `yaml qa-flow` block, or steps as headings. */
export type Form = "flow" | "steps";

/**
 * Writes `count` scenarios of ordinary size into a folder, each with its own ids, prose and expressions. Both forms do the
 * same.
 */
export async function writeScenarioPack(folder: string, count: number, form: Form = "flow"): Promise<void> {
  await mkdir(join(folder, "generated"), { recursive: true });
  for (let index = 0; index < count; index += 1) {
    const text = head(index, form) + (form === "flow" ? flow(index) : steps(index));
    await writeFile(join(folder, "generated", `scenario-${index}.md`), text);
  }
}

function head(index: number, form: Form): string {
  return `---
id: generated-${index}
title: Generated scenario ${index}
surface: config
coverage:
  primary:
    - generated.part-${index % 10}
objective: Verify that a change of part ${index} is seen.
successCriteria:
  - The change shows in the status.
  - The next turn uses it.
${form === "steps" ? "unique: marker\n" : ""}execution:
  config:
    skillName: generated-${index}
    prompt: Please give me marker ${index}.
---

# Generated scenario ${index}

Some prose of the length that people write, so that the parser has something to read besides the two parts that
matter to it. It mentions \`patchConfig\`, the status and the reply.

`;
}

function steps(index: number): string {
  return `## Writes and waits

\`\`\`yaml qa-step
- writeSkill: generated-${index}
  description: Knows marker ${index} and gives it to whoever asks
  body: "\${marker}"
- expectSkill: generated-${index}
  is: { eligible: true }
\`\`\`

## Changes and asks

\`\`\`yaml qa-step
- patchConfig: { skills: { entries: { generated-${index}: { enabled: false } } } }
  reload: hot
- ask: "\${config.prompt}"
  session: first
  reply: { not: { contains: "\${marker}" } }
- ask: "\${config.prompt}"
  session: second
  reply: { not: { contains: "\${marker}" } }
\`\`\`
`;
}

function flow(index: number): string {
  return `\`\`\`yaml qa-flow
steps:
  - name: writes and waits
    actions:
      - set: marker
        value:
          expr: "\`MARKER-${index}-\${randomUUID().slice(0, 8)}\`"
      - call: writeWorkspaceSkill
        args:
          - env: { ref: env }
            name: { ref: config.skillName }
            body: { expr: "['---', config.skillName, '---', marker].join('\\\\n')" }
      - call: waitForCondition
        args:
          - lambda:
              async: true
              expr: "findSkill(await readSkillStatus(env), config.skillName)?.eligible ? true : undefined"
          - 15000
          - 200
    detailsExpr: marker
  - name: changes and asks
    actions:
      - call: patchConfig
        args:
          - env: { ref: env }
            patch:
              skills:
                entries:
                  expr: "({ [config.skillName]: { enabled: false } })"
      - forEach:
          items: [1, 2]
          item: round
          actions:
            - call: runAgentPrompt
              args:
                - ref: env
                - sessionKey: { expr: "\`agent:qa:generated:\${round}\`" }
                  message: { ref: config.prompt }
            - assert:
                expr: "state.getSnapshot().messages.length >= round"
                message: { expr: "\`saw \${recentOutboundSummary(state)}\`" }
    detailsExpr: "\`\${marker} done\`"
\`\`\`
`;
}
