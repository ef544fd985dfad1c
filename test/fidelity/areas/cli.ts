import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { assertWell, COMMANDS, SKILL } from "../../clients/commands.ts";
import { ReleaseCli } from "../../clients/release-cli.ts";
import type { Area } from "../area.ts";
import { embeddedGateway } from "../embedded.ts";
import { Finding } from "../findings.ts";

/** The release's own command line, in front of the embedded gateway. */
export const area: Area = {
  title: "Real clients: the releases' command lines",
  slow: true,
  async compare(release) {
    const gateway = await embeddedGateway();
    const skill = join(gateway.workspaceDir, "skills/for-clients");
    await mkdir(skill, { recursive: true });
    await writeFile(join(skill, "SKILL.md"), SKILL);
    const cli = await ReleaseCli.for(release.version, gateway);
    const findings: Finding[] = [];
    // One at a time: each begins as many threads as it likes.
    for (const command of COMMANDS) {
      if (command.releases?.includes(release.version) === false) continue;
      const works = async () => assertWell(command, await cli.run(...command.args));
      findings.push(await Finding.works(`openclaw ${command.args.join(" ")}`, works));
    }
    return findings;
  },
};
