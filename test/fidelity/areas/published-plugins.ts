import { onEmbedded, onRelease, PUBLISHED } from "../../published/brings.ts";
import type { Area } from "../area.ts";
import { Finding } from "../findings.ts";

/** What the plugins of test/published/plugins.json bring: tools, commands, hooks, routes, methods, services, channels. */
export const area: Area = {
  title: "Published plugins: what each brings",
  slow: true,
  async compare(release) {
    const findings: Finding[] = [];
    // One after the other: each is a process that loads a release.
    for (const plugin of PUBLISHED) {
      const name = `${plugin.name}@${plugin.version}`;
      const theirs = await onRelease(release, plugin);
      const { brings } = await onEmbedded(plugin);
      findings.push(Finding.sets(name, theirs, brings));
    }
    return findings;
  },
};
