import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Writes `count` scenarios of ordinary size into a folder, each with its own ids, prose and expressions. */
export async function writeScenarioPack(folder: string, count: number): Promise<void> {
  await mkdir(join(folder, "generated"), { recursive: true });
  for (let index = 0; index < count; index += 1) {
    await writeFile(join(folder, "generated", `scenario-${index}.md`), scenario(index));
  }
}

function scenario(index: number): string {
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
execution:
  config:
    skillName: generated-${index}
    prompt: Please give me marker ${index}.
---

# Generated scenario ${index}

Some prose of the length that people write, so that the parser has something to read besides the two parts that
matter to it. It mentions \`patchConfig\`, the status and the reply.

\`\`\`yaml qa-flow
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
