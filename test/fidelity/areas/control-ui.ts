import { chromiumProgram } from "../../../runner/actions/upstream/chromium.ts";
import { ControlUi, VISITS } from "../../clients/control-ui.ts";
import type { Area } from "../area.ts";
import { embeddedGateway } from "../embedded.ts";
import { Finding } from "../findings.ts";

/** The page of the first of the releases, in a browser. */
export const area: Area = {
  title: "Real clients: the Control UI",
  slow: true,
  async obstacle() {
    return chromiumProgram() === undefined ? "there is no Chromium on this machine" : undefined;
  },
  async compare({ version, packageRoot }) {
    if (version !== "2026.4.26") return [];
    const findings: Finding[] = [];
    await ControlUi.with(packageRoot, await embeddedGateway(), async (ui) => {
      for (const [name, visit] of Object.entries(VISITS)) {
        findings.push(await Finding.works(name, () => visit(ui)));
      }
    });
    return findings;
  },
};
