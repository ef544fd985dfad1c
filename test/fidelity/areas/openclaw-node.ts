import { installOpenclawNode, OPENCLAW_NODE, openclawNode, STEPS } from "../../clients/openclaw-node.ts";
import type { Area } from "../area.ts";
import { embeddedGateway } from "../embedded.ts";
import { Finding } from "../findings.ts";

/** A client that others wrote for gateways of the first of the releases. */
export const area: Area = {
  title: `Real clients: ${OPENCLAW_NODE}`,
  slow: true,
  async obstacle() {
    const installed = await installOpenclawNode();
    return "obstacle" in installed ? installed.obstacle : undefined;
  },
  async compare({ version }) {
    const installed = await installOpenclawNode();
    if ("obstacle" in installed || version !== "2026.4.26") return [];
    const client = await openclawNode(installed.folder, await embeddedGateway());
    const findings: Finding[] = [];
    for (const [name, step] of Object.entries(STEPS)) {
      findings.push(await Finding.works(name, () => step(client)));
    }
    return findings;
  },
};
