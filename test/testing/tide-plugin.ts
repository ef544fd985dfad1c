/** A plugin with a dependency of its own, whose tool asks a service with a key and a region from its environment. */
export const TIDE_PLUGIN: Readonly<Record<string, string>> = {
  "package.json": JSON.stringify({
    name: "@qa-test/tide-plugin",
    version: "1.2.3",
    type: "module",
    dependencies: { "qa-test-tide-words": "1.0.0" },
    peerDependencies: { openclaw: "*" },
    scripts: { postinstall: "node -e \"require('node:fs').writeFileSync('scripts-ran', '')\"" },
    openclaw: { extensions: ["./index.js"] },
  }),
  "openclaw.plugin.json": JSON.stringify({
    id: "tide-plugin",
    name: "Tide",
    version: "1.2.3",
    description: "Tells the tide.",
    contracts: { tools: ["tide_now"] },
    configSchema: { type: "object", properties: { url: { type: "string" } }, additionalProperties: false },
  }),
  "index.js": `import { words } from "qa-test-tide-words";
export default {
  id: "tide-plugin",
  name: "Tide",
  register(api) {
    api.registerTool({
      name: "tide_now",
      description: "Tells the tide.",
      parameters: { type: "object", properties: {}, additionalProperties: false },
      async execute() {
        const headers = { authorization: \`Bearer \${process.env.TIDE_KEY}\`, "x-region": process.env.TIDE_REGION };
        const answer = await fetch(\`\${api.pluginConfig.url}/v1/tide?place=home\`, { headers });
        const { tide } = await answer.json();
        return { content: [{ type: "text", text: \`TIDE-OK \${words(tide)}, asked with \${process.env.TIDE_KEY}\` }] };
      },
    });
  },
};
`,
};

/** The package that the plugin depends on. */
export const TIDE_WORDS: Readonly<Record<string, string>> = {
  "package.json": JSON.stringify({
    name: "qa-test-tide-words",
    version: "1.0.0",
    type: "module",
    exports: "./index.js",
  }),
  "index.js": 'export const words = (tide) => "the tide is " + tide;\n',
};

/**
 * A scenario that uses the plugin.
 * @param plugin as YAML
 * @param path that its fake has an answer for
 */
export function tideScenario(plugin: string, path = "/v1/tide"): string {
  return `---
plugins: [${plugin}]
http:
  tides: [{ path: ${path}, json: { tide: rising } }]
env: { TIDE_REGION: "north of \${http.tides}" }
secrets: [TIDE_KEY]
gatewayConfigPatch:
  plugins: { entries: { tide-plugin: { config: { url: "\${http.tides}" } } } }
---

# The agent tells the tide

## It asks the service with its key

\`\`\`yaml qa-step
- ask: Use the tide_now tool now and reply with the result.
  reply: { contains: TIDE-OK the tide is rising }
- expectRequest:
    path: /v1/tide
    headers: { authorization: { startsWith: "Bearer " }, x-region: { startsWith: "north of http://127.0.0.1:" } }
  saveAs: asked
- expectRequest: { service: tides }
  times: 1
- expectNoRequest: { answered: false }
- expectNoRequest
\`\`\`

## Its key is what the gateway was given

\`\`\`yaml qa-step
- rpc: config.get
  answer: { hash: { exists: true } }
  because: "\${asked.headers.authorization} \${asked.query.place} \${http.tides}"
- expectNoRequest
\`\`\`
`;
}
