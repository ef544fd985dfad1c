// Scenarios in the form, and with the calls, of two of upstream's: metadata and flow in a fence of their own,
// documents and code of another repository, nested expressions. Only the words are ours.

export const HOT_RELOAD_ID = "foreign-hot-reload";

/** A skill is turned off and on again by `config.patch`, and used by the next turn. */
export const HOT_RELOAD = `# A skill goes off and on

\`\`\`yaml qa-scenario
id: ${HOT_RELOAD_ID}
title: A skill goes off and on
surface: plugins
coverage:
  primary:
    - plugins.lifecycle
  secondary:
    - config.hot-apply
objective: A skill is turned off and on again while the gateway runs.
successCriteria:
  - The skill is eligible, then disabled, then eligible again.
  - The next turn answers.
docsRefs:
  - docs/tools/skills.md
codeRefs:
  - src/agents/skills-status.ts
execution:
  kind: flow
  summary: Turn a workspace skill off and on with config.patch.
  config:
    skillName: foreign-marker
    prompt: "Marker, please. Reply exactly: FOREIGN-OK"
    expectedReply: FOREIGN-OK
    skillBody: |-
      ---
      name: foreign-marker
      description: Knows the foreign marker
      ---
      When the user asks for the foreign marker, reply with exactly: FOREIGN-OK
\`\`\`

\`\`\`yaml qa-flow
steps:
  - name: the skill goes off and on
    actions:
      - call: writeWorkspaceSkill
        args:
          - env: { ref: env }
            name: { expr: config.skillName }
            body: { expr: config.skillBody }
      - call: waitForCondition
        args:
          - lambda:
              async: true
              expr: "findSkill(await readSkillStatus(env), config.skillName)?.eligible ? true : undefined"
          - 15000
          - 200
      - call: patchConfig
        args:
          - env: { ref: env }
            patch:
              skills:
                entries:
                  expr: "({ [config.skillName]: { enabled: false } })"
      - call: waitForQaChannelReady
        args: [{ ref: env }, 60000]
      - call: waitForCondition
        args:
          - lambda:
              async: true
              expr: "findSkill(await readSkillStatus(env), config.skillName)?.disabled ? true : undefined"
          - 15000
          - 200
      - call: patchConfig
        args:
          - env: { ref: env }
            patch:
              skills:
                entries:
                  expr: "({ [config.skillName]: { enabled: true } })"
      - call: waitForQaChannelReady
        args: [{ ref: env }, 60000]
      - call: waitForCondition
        args:
          - lambda:
              async: true
              expr: "((skill) => skill?.eligible && !skill?.disabled ? true : undefined)(findSkill(await readSkillStatus(env), config.skillName))"
          - 15000
          - 200
      - call: reset
      - call: runAgentPrompt
        args:
          - ref: env
          - sessionKey: { expr: "\`agent:qa:foreign:\${randomUUID().slice(0, 8)}\`" }
            message: { expr: config.prompt }
            timeoutMs: { expr: "liveTurnTimeoutMs(env, 30000)" }
      - call: waitForOutboundMessage
        saveAs: outbound
        args:
          - ref: state
          - lambda:
              params: [candidate]
              expr: "candidate.conversation.id === 'qa-operator' && candidate.text.includes(config.expectedReply)"
          - expr: liveTurnTimeoutMs(env, 20000)
    detailsExpr: outbound.text
\`\`\`
`;

export const SELF_UPDATE_ID = "foreign-self-update";
/** The variable that it wants to be 1. */
export const SELF_UPDATE_GUARD = "OPENCLAW_QA_ALLOW_UPDATE_RUN_SELF";

/** An agent updates its gateway: a guard inside of the flow, a live provider, and a published release to begin with. */
export const SELF_UPDATE = `# An update that was written for releases

\`\`\`yaml qa-scenario
id: ${SELF_UPDATE_ID}
title: An update that was written for releases
surface: runtime
objective: An agent updates the package that its gateway was installed from.
successCriteria:
  - The note reaches the channel after the restart.
docsRefs:
  - docs/cli/update.md
codeRefs:
  - src/gateway/server-methods/update.ts
execution:
  kind: flow
  config:
    requiredProviderMode: live-frontier
    sourceVersion: "2026.4.26"
    targetTag: latest
    allowEnv: ${SELF_UPDATE_GUARD}
    channelId: qa-room
\`\`\`

\`\`\`yaml qa-flow
steps:
  - name: the agent updates its gateway
    actions:
      - if:
          expr: "env.gateway.runtimeEnv[config.allowEnv] !== '1'"
          then:
            - assert: "true"
          else:
            - call: waitForGatewayHealthy
              args: [{ ref: env }, 60000]
            - call: waitForQaChannelReady
              args: [{ ref: env }, 60000]
            - call: reset
            - set: sessionKey
              value:
                expr: "buildAgentSessionKey({ agentId: 'qa', channel: 'qa-channel', peer: { kind: 'channel', id: config.channelId } })"
            - call: createSession
              args: [{ ref: env }, Foreign update, { ref: sessionKey }]
            - call: readEffectiveTools
              saveAs: tools
              args: [{ ref: env }, { ref: sessionKey }]
            - assert: "tools.has('gateway')"
            - set: startIndex
              value: { expr: state.getSnapshot().messages.length }
            - set: marker
              value: { expr: "\`QA-UPDATE-RUN-\${randomUUID().slice(0, 8)}\`" }
            - call: startAgentRun
              saveAs: started
              args:
                - ref: env
                - sessionKey: { ref: sessionKey }
                  to: { expr: "\`channel:\${config.channelId}\`" }
                  message:
                    expr: |-
                      \`This gateway was installed from openclaw@\${config.sourceVersion} and updates itself to openclaw@\${config.targetTag}. Use the gateway tool with action=update.run. Set note exactly to "\${marker} update.run complete" and restartDelayMs to 0.\`
                  timeoutMs: { expr: "liveTurnTimeoutMs(env, 180000)" }
            - call: waitForGatewayHealthy
              args: [{ ref: env }, 180000]
            - call: waitForQaChannelReady
              args: [{ ref: env }, 180000]
            - call: waitForOutboundMessage
              saveAs: outbound
              args:
                - ref: state
                - lambda: { params: [candidate], expr: candidate.text.includes(marker) }
                - expr: liveTurnTimeoutMs(env, 180000)
                - sinceIndex: { ref: startIndex }
            - call: env.gateway.call
              saveAs: updateStatus
              args: [update.status, {}, { timeoutMs: 30000 }]
            - assert:
                expr: "Boolean(updateStatus?.sentinel)"
                message: { expr: "\`no sentinel: \${JSON.stringify(updateStatus)}\`" }
    detailsExpr: "env.gateway.runtimeEnv[config.allowEnv] !== '1' ? 'skipped' : \`from \${config.sourceVersion}, now \${updateStatus.sentinel.stats.after.version}, \${updateStatus.sentinel.status}\`"
\`\`\`
`;
