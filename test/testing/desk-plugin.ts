export const MANIFEST = {
  id: "desk",
  name: "Desk",
  description: "Tells where parcels are.",
  contracts: { tools: ["parcel_status", "parcel_send"] },
  toolMetadata: { parcel_status: { replaySafe: true } },
  configSchema: { type: "object", additionalProperties: false, properties: {} },
};

export const PACKAGE = {
  ...{ name: "@qa-test/desk", version: "1.2.3", type: "module" },
  openclaw: { extensions: ["./index.js"] },
};

/** @param send what the tool that changes something does */
const code = (send = 'return text("sent " + params.id)') => `
const text = (text) => ({ content: [{ type: "text", text }] });
const parameters = { type: "object", properties: { id: { type: "string" } }, required: ["id"] };
export default {
  id: "desk",
  name: "Desk",
  register(api) {
    api.registerTool({
      name: "parcel_status", description: "Where it is", parameters,
      async execute(_id, params) { return text("Parcel " + params.id + " waits, says " + process.env.DESK_KEY); },
    });
    api.registerTool({
      name: "parcel_send", description: "Sends it", parameters,
      async execute(_id, params) { ${send} },
    });
    api.registerCommand({ name: "parcel", description: "Where", handler: async () => ({ text: "Which parcel?" }) });
  },
};
`;

/**
 * A plugin without dependencies: a tool that only reads, one that changes something, and a command.
 * @param send what the tool that changes something does
 * @returns its files
 */
export function deskPlugin(send?: string): Readonly<Record<string, string>> {
  return {
    "openclaw.plugin.json": JSON.stringify(MANIFEST),
    "package.json": JSON.stringify(PACKAGE),
    "index.js": code(send),
  };
}
